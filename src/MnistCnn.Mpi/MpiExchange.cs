using System.Diagnostics;

namespace MnistCnn.Mpi;

/// <summary>Waits for the exchanges of one rank, and no longer than its deadline.</summary>
internal sealed class MpiExchange(MpiLibrary library, TimeSpan timeout, string rank)
{
    private const int PollsBetweenYields = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>Held during each poll: MPI is told that no two threads call it at once, and an abort may come from another thread.</summary>
    public object Exclusive { get; } = new();

    public void Complete(string call, int started, nint request)
    {
        Check(call, started);
        long start = Stopwatch.GetTimestamp();
        for (uint polls = 1; !Poll(call, ref request); polls++)
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > timeout && timeout != Timeout.InfiniteTimeSpan)
            {
                throw new MpiException(
                    $"{call}: rank {rank} expected every rank within {timeout.TotalSeconds} s, and at least one did not come: it died, is stopped, is "
                        + "slower, or cannot be reached.");
            }

            // A call that blocks has no deadline, and MPI has no handle that one could wait on: so this polls, and after a while leaves the core to others.
            if (waited > Patience)
            {
                Thread.Sleep(1);
            }
            else if (polls % PollsBetweenYields == 0)
            {
                Thread.Yield();
            }
        }
    }

    public void Check(string call, int code)
    {
        if (code != 0)
        {
            throw new MpiException($"{call}: expected success on rank {rank}, found error {library.ErrorText(code)}.");
        }
    }

    private bool Poll(string call, ref nint request)
    {
        lock (Exclusive)
        {
            Check(call, library.Test(ref request, out bool done));
            return done;
        }
    }
}
