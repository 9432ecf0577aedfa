namespace MnistCnn.Data;

/// <summary>Divides the indices of a data set at random so that every class is divided in the same proportion.</summary>
internal static class StratifiedSplit
{
    public static (int[] First, int[] Second) Divide(IMnistDataset data, double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Expected a fraction above 0 and below 1.");
        }

        if (data.Count < 2)
        {
            throw new InvalidOperationException("A data set with a single image cannot be divided.");
        }

        bool[] inFirst = new bool[data.Count];
        SeededRandom random = new((uint)seed, 0x5711);
        (int seen, int taken) = (0, 0);
        foreach (int[]? members in Enumerable.Range(0, data.Count).GroupBy(data.GetLabel).OrderBy(group => group.Key).Select(group => group.ToArray()))
        {
            random.Shuffle(members);
            seen += members.Length;
            // What rounding took from one class it gives back in the next, so that the total is exact.
            int count = Math.Clamp((int)Math.Round(seen * fraction, MidpointRounding.AwayFromZero) - taken, 0, members.Length);
            taken += count;
            foreach (int index in members.AsSpan(0, count))
            {
                inFirst[index] = true;
            }
        }

        if (taken == 0)
        {
            inFirst[0] = true;
        }

        if (taken == data.Count)
        {
            inFirst[^1] = false;
        }

        IEnumerable<int> indices = Enumerable.Range(0, data.Count);
        return ([.. indices.Where(index => inFirst[index])], [.. indices.Where(index => !inFirst[index])]);
    }
}
