using System.Diagnostics;

namespace MnistCnn.Networks;

/// <summary>
/// Whether the cores of some threads share a cache: how long a line of it takes from one to another and back. About 120 ns where they do, 500 where they do not; on a virtual machine, whose cores move
/// about, it is now the one and now the other. One caller at a time.
/// </summary>
internal sealed class CoreDistance : KernelJob
{
    private const int CacheLine = 16, RoundTrips = 32, MostNanoseconds = 300, Calls = 64;
    private static readonly long patience = Stopwatch.Frequency / 5_000;
    private int[] pings = [], pongs = [];
    private int threads, calls;
    private bool over, far = true;

    /// <summary>Whether a line takes long to any of the threads: found out, in some ten microseconds, at one of so many calls. Where a thread does not answer in time, what was found before; at first true.</summary>
    public bool AreFar(int threads)
    {
        if (calls++ % Calls == 0)
        {
            Measure(threads);
        }

        return far;
    }

    /// <summary>Finds out now.</summary>
    public void Measure(int threads)
    {
        (this.threads, over) = (threads, false);
        if (pings.Length < threads * CacheLine)
        {
            (pings, pongs) = (new int[threads * CacheLine], new int[threads * CacheLine]);
        }

        Array.Clear(pings);
        Array.Clear(pongs);
        KernelThreads.Run(threads, threads, this);
    }

    /// <summary>Whether that many nanoseconds there and back mean that no cache is shared.</summary>
    public static bool MeansFar(double nanoseconds) => nanoseconds > MostNanoseconds;

    /// <inheritdoc/>
    public override void Run(int item, int thread)
    {
        if (item == 0)
        {
            Ask();
        }
        else
        {
            Answer(ref pings[item * CacheLine], ref pongs[item * CacheLine]);
        }
    }

    private void Ask()
    {
        bool found = false, all = true;
        for (int other = 1; other < threads && all; other++)
        {
            double? time = RoundTrip(ref pings[other * CacheLine], ref pongs[other * CacheLine]);
            all = time is not null;
            found |= all && MeansFar(time!.Value);
        }

        far = all ? found : far;
        Volatile.Write(ref over, true);
    }

    /// <summary>Nanoseconds, without the first trip, before which the other thread may have to begin; null if that takes too long.</summary>
    private static double? RoundTrip(ref int ping, ref int pong)
    {
        long start = Stopwatch.GetTimestamp(), end = start + patience;
        for (int trip = 0; trip <= RoundTrips; trip++)
        {
            Volatile.Write(ref ping, trip + 1);
            while (Volatile.Read(ref pong) <= trip)
            {
                if (Stopwatch.GetTimestamp() > end)
                {
                    return null;
                }
            }

            start = trip == 0 ? Stopwatch.GetTimestamp() : start;
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / RoundTrips;
    }

    private void Answer(ref int ping, ref int pong)
    {
        int seen = 0;
        while (!Volatile.Read(ref over))
        {
            int trip = Volatile.Read(ref ping);
            if (trip != seen)
            {
                Volatile.Write(ref pong, trip);
                seen = trip;
            }
        }
    }
}
