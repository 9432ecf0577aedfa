using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace MnistCnn.Networks;

/// <summary>
/// A team of background threads that takes the items of a job together with the caller, part after part. Every item has a home, thread item mod threads, so that its data stay in one core's cache
/// from job to job; who is done with those of a part helps the others with theirs, and goes on to the next when all are taken. Between jobs they spin for a moment, since the next job of a training
/// step is microseconds away, then block, and end after a few idle seconds. Teams are lent: several callers at once have a team each. Thread-safe, no allocation once the threads run.
/// </summary>
internal sealed class KernelThreads
{
    private const int CacheLine = 16;
    private static readonly Stack<KernelThreads> idle = new();
    private readonly List<Worker> workers = [];
    private readonly Signal done = new();
    private KernelSequence job = null!;
    private int threads, busy;
    private int[] taken = [];
    private ExceptionDispatchInfo? failure;

    /// <summary>Runs all items on up to <paramref name="threads"/> threads, this one among them, and waits for them.</summary>
    public static void Run(int threads, int items, KernelJob job) => Run(threads, [items], job);

    /// <summary>The same for several parts.</summary>
    /// <param name="threads">Threads at most.</param>
    /// <param name="items">How many items each part has.</param>
    /// <param name="job">The work.</param>
    public static void Run(int threads, ReadOnlySpan<int> items, KernelSequence job)
    {
        job.Begin(items);
        threads = Math.Min(threads, Most(items));
        if (threads <= 1)
        {
            for (int part = 0; part < items.Length; part++)
            {
                for (int item = 0; item < items[part]; item++)
                {
                    job.Execute(part, item, 0);
                }
            }

            return;
        }

        KernelThreads? team;
        lock (idle)
        {
            idle.TryPop(out team);
        }

        team ??= new KernelThreads();
        try
        {
            team.Execute(threads, job);
        }
        finally
        {
            lock (idle)
            {
                idle.Push(team);
            }
        }
    }

    private static int Most(ReadOnlySpan<int> items)
    {
        int most = 0;
        foreach (int count in items)
        {
            most = Math.Max(most, count);
        }

        return most;
    }

    private void Execute(int threads, KernelSequence job)
    {
        (this.job, this.threads, busy, failure) = (job, threads, threads - 1, null);
        if (taken.Length < job.Items.Length * threads * CacheLine)
        {
            taken = new int[job.Items.Length * threads * CacheLine];
        }

        Array.Clear(taken);
        while (workers.Count < threads - 1)
        {
            workers.Add(new Worker(this, workers.Count + 1));
        }

        for (int w = 0; w < threads - 1; w++)
        {
            workers[w].Start();
        }

        Participate(0);
        done.Wait(Timeout.Infinite);
        this.job = null!;
        failure?.Throw();
    }

    private void Participate(int thread)
    {
        try
        {
            for (int part = 0; part < job.Items.Length; part++)
            {
                for (int victim = 0; victim < threads; victim++)
                {
                    int owner = (thread + victim) % threads, place = ((part * threads) + owner) * CacheLine;
                    for (int item; (item = ((Interlocked.Increment(ref taken[place]) - 1) * threads) + owner) < job.Items[part];)
                    {
                        job.Execute(part, item, thread);
                    }
                }
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            job.Fail();
        }
    }

    private sealed class Worker(KernelThreads team, int number)
    {
        private const int IdleMilliseconds = 3000;
        private readonly Signal work = new();
        private bool running;

        public void Start()
        {
            lock (work)
            {
                work.Set();
                if (!running)
                {
                    running = true;
                    new Thread(Loop) { IsBackground = true, Name = "MnistCnn kernels" }.Start();
                }
            }
        }

        private void Loop()
        {
            while (true)
            {
                if (!work.Wait(IdleMilliseconds))
                {
                    lock (work)
                    {
                        if (!work.IsSet)
                        {
                            running = false;
                            return;
                        }
                    }

                    continue;
                }

                team.Participate(number);
                if (Interlocked.Decrement(ref team.busy) == 0)
                {
                    team.done.Set();
                }
            }
        }
    }

    /// <summary>An event for one waiter, reset by the wait.</summary>
    private sealed class Signal
    {
        private const int Empty = 0, Posted = 1, Blocked = 2;
        private static readonly long spin = Stopwatch.Frequency / 5_000;
        private readonly object gate = new();
        private int state;

        public bool IsSet => Volatile.Read(ref state) == Posted;

        public void Set()
        {
            if (Interlocked.Exchange(ref state, Posted) == Blocked)
            {
                lock (gate)
                {
                    Monitor.Pulse(gate);
                }
            }
        }

        /// <returns>Whether the signal came in time.</returns>
        public bool Wait(int milliseconds)
        {
            long start = Stopwatch.GetTimestamp();
            while (!IsSet && Stopwatch.GetTimestamp() - start < spin)
            {
                Thread.SpinWait(8);
            }

            lock (gate)
            {
                if (Interlocked.CompareExchange(ref state, Blocked, Empty) == Empty)
                {
                    while (!IsSet && Monitor.Wait(gate, milliseconds))
                    {
                    }

                    if (Interlocked.CompareExchange(ref state, Empty, Blocked) == Blocked)
                    {
                        return false;
                    }
                }
            }

            Volatile.Write(ref state, Empty);
            return true;
        }
    }
}
