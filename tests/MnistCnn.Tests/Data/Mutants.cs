namespace MnistCnn.Tests.Data;

/// <summary>Damaged copies of a valid file.</summary>
internal static class Mutants
{
    /// <summary>Changes, removes, inserts or repeats bytes in one to three places.</summary>
    public static byte[] Of(byte[] valid, Random random, int headerLength)
    {
        List<byte> mutant = [.. valid];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            // Headers are where the interesting decisions are made: half of the changes fall into them.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(headerLength, mutant.Count) : mutant.Count);
            switch (random.Next(7))
            {
                case 0:
                    mutant[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutant.RemoveRange(at, Math.Min(random.Next(1, 9), mutant.Count - at));
                    break;
                case 3:
                    mutant.InsertRange(at, Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(256)));
                    break;
                case 4:
                    mutant.RemoveRange(at, mutant.Count - at);
                    break;
                case 5:
                    mutant.InsertRange(random.Next(mutant.Count), mutant.GetRange(at, random.Next(mutant.Count - at)));
                    break;
                default:
                    for (int i = at; i < Math.Min(at + 4, mutant.Count); i++)
                    {
                        mutant[i] = (byte)(random.Next(2) * 255);
                    }

                    break;
            }

            if (mutant.Count == 0)
            {
                mutant.Add((byte)random.Next(256));
            }
        }

        return [.. mutant];
    }
}
