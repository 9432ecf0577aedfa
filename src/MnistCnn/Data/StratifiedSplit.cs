namespace MnistCnn.Data;

/// <summary>Divides the indices of a data set at random so that every class is divided in the same proportion.</summary>
internal static class StratifiedSplit
{
    public static (int[] First, int[] Second) Divide(IMnistDataset data, double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Expected a fraction above 0 and below 1.");
        if (data.Count < 2)
            throw new InvalidOperationException("A data set with a single image cannot be divided.");

        var inFirst = new bool[data.Count];
        var random = new SeededRandom((uint)seed, 0x5711);
        var (seen, taken) = (0, 0);
        foreach (var members in Enumerable.Range(0, data.Count).GroupBy(data.GetLabel).OrderBy(group => group.Key).Select(group => group.ToArray()))
        {
            random.Shuffle(members);
            seen += members.Length;
            // What rounding took from one class it gives back in the next, so that the total is exact.
            var count = Math.Clamp((int)Math.Round(seen * fraction, MidpointRounding.AwayFromZero) - taken, 0, members.Length);
            taken += count;
            foreach (var index in members.AsSpan(0, count))
                inFirst[index] = true;
        }

        if (taken == 0)
            inFirst[0] = true;
        if (taken == data.Count)
            inFirst[^1] = false;
        var indices = Enumerable.Range(0, data.Count);
        return ([.. indices.Where(index => inFirst[index])], [.. indices.Where(index => !inFirst[index])]);
    }
}
