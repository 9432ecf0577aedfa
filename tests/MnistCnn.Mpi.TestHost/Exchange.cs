using System.Security.Cryptography;
using MnistCnn.Training;

namespace MnistCnn.Mpi.TestHost;

/// <summary>Every call once, checked against what the ranks are known to have sent.</summary>
internal static class Exchange
{
    public static int Run(Settings settings)
    {
        using ICollective ranks = MpiCollective.Initialize(settings.Mpi);
        int length = settings.Number("length", 1000);
        Require(ranks.WorldSize == settings.Number("ranks", 1), $"{ranks.WorldSize} ranks");

        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 * (ranks.Rank == 0 ? 1 : 0)))];
        ranks.Broadcast(bytes);
        Require(bytes.Select((b, i) => b == (byte)(i * 7)).All(same => same), "broadcast bytes differ");

        float[] floats = [.. Enumerable.Range(0, length).Select(i => ranks.Rank == 0 ? i * 0.5f : -1)];
        ranks.Broadcast(floats);
        Require(floats.Select((f, i) => f == i * 0.5f).All(same => same), "broadcast numbers differ");

        // Rank r has r items with the value i each: the mean is i, and rank 0 takes part with nothing.
        float[] sums = [.. Enumerable.Range(0, length).Select(i => (float)i * ranks.Rank)];
        long expected = (long)ranks.WorldSize * (ranks.WorldSize - 1) / 2;
        long count = ranks.AllReduceMean(sums, ranks.Rank);
        Require(count == expected, $"count {count}");
        Require(sums.Select((s, i) => s == (count == 0 ? 0 : i)).All(same => same), "means differ");

        long[] whole = [long.MaxValue - ranks.WorldSize + 1, 1L << 53, ranks.Rank];
        whole[0] = ranks.Rank == 0 ? whole[0] : 1;
        ranks.AllReduceSum(whole);
        Require(whole[0] == long.MaxValue && whole[1] == ranks.WorldSize * (1L << 53) && whole[2] == expected, $"sums {string.Join(' ', whole)}");

        float[] random = new float[length];
        Random generator = new(ranks.Rank);
        foreach (ref float value in random.AsSpan())
        {
            value = generator.NextSingle() - 0.5f;
        }

        ranks.AllReduceMean(random, 1);
        ranks.Barrier();
        string hash = Convert.ToHexString(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(random.AsSpan())));
        Console.WriteLine($"rank {ranks.Rank} of {ranks.WorldSize} ok {hash}");
        return 0;
    }

    private static void Require(bool condition, string found)
    {
        if (!condition)
        {
            throw new InvalidOperationException(found);
        }
    }
}
