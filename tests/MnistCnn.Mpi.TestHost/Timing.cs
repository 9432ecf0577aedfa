using System.Diagnostics;

namespace MnistCnn.Mpi.TestHost;

/// <summary>The median time of an exchange as large as the reference network's gradients.</summary>
internal static class Timing
{
    public static int Run(Settings settings)
    {
        using MpiCollective ranks = MpiCollective.Initialize(settings.Mpi);
        float[] sums = new float[settings.Number("length", 300_000)];
        double[] times = new double[settings.Number("repeats", 200)];
        for (int warmUp = 0; warmUp < 20; warmUp++)
        {
            ranks.AllReduceMean(sums, 1);
        }

        for (int i = 0; i < times.Length; i++)
        {
            ranks.Barrier();
            long start = Stopwatch.GetTimestamp();
            ranks.AllReduceMean(sums, 1);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        if (ranks.Rank == 0)
        {
            Console.WriteLine($"allreduce {sums.Length * sizeof(float)} bytes, {ranks.WorldSize} ranks: median {times[times.Length / 2]:F3} ms, p90 "
                + $"{times[times.Length * 9 / 10]:F3} ms");
        }

        return 0;
    }
}
