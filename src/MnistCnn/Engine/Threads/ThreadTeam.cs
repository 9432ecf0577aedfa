using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace MnistCnn.Engine;

/// <summary>
/// A team of background threads that runs the items of a job together with the caller, part after part. Every item has a home, thread item mod threads, so that
/// its data stay in one core's cache from job to job. A thread that finishes its items of a part takes those of other threads, then goes on to the next part.
/// Between jobs threads spin briefly, since the next job of a training step is microseconds away, and then block. Teams are pooled: several callers at once
/// have a team each. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A team lives as long as the process.")]
internal sealed class ThreadTeam
{
    /// <summary>About a millisecond.</summary>
    private const int Spins = 2000;

    private const int CacheLine = 16;
    private static readonly Stack<ThreadTeam> Idle = new();
    private readonly List<ManualResetEventSlim> workers = [];
    private readonly ManualResetEventSlim done = new(false, Spins);
    private readonly TeamProgress progress = new();
    private int[] taken = [];
    private int threads, busy;
    private Action<TeamItem> work = null!;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts threads. Tests replace it by one that fails.</summary>
    internal static Action<Thread> StartThread { get; set; } = static thread => thread.Start();

    /// <summary>Runs all items on up to <paramref name="threads"/> threads, this one among them, and waits for them.</summary>
    /// <param name="threads">Threads at most.</param>
    /// <param name="items">How many items each part has.</param>
    /// <param name="work">Runs an item. What it does must not depend on the thread. Items of a part are independent; those of a later part may
    /// <see cref="TeamItem.Await"/> earlier ones.</param>
    public static void Run(int threads, ReadOnlySpan<int> items, Action<TeamItem> work)
    {
        int most = 0;
        foreach (int count in items)
        {
            most = Math.Max(most, count);
        }

        if (Math.Min(threads, most) <= 1)
        {
            for (int part = 0; part < items.Length; part++)
            {
                for (int index = 0; index < items[part]; index++)
                {
                    work(new TeamItem(part, index, 0, null));
                }
            }

            return;
        }

        ThreadTeam? team;
        lock (Idle)
        {
            Idle.TryPop(out team);
        }

        team ??= new ThreadTeam();
        ExceptionDispatchInfo? failure = team.Execute(Math.Min(threads, most), items, work);
        lock (Idle)
        {
            Idle.Push(team);
        }

        failure?.Throw();
    }

    private ExceptionDispatchInfo? Execute(int threads, ReadOnlySpan<int> items, Action<TeamItem> work)
    {
        progress.Begin(items);
        (this.work, this.threads, busy, failure) = (work, threads, threads, null);
        if (taken.Length < items.Length * threads * CacheLine)
        {
            taken = new int[items.Length * threads * CacheLine];
        }

        Array.Clear(taken);
        for (int number = 1; number < threads; number++)
        {
            if (number <= workers.Count || TryAddWorker(number))
            {
                workers[number - 1].Set();
            }
            else
            {
                // The other threads take its items.
                End();
            }
        }

        Participate(0);
        done.Wait();
        done.Reset();
        this.work = null!;
        return failure;
    }

    private bool TryAddWorker(int number)
    {
        if (workers.Count != number - 1)
        {
            return false;
        }

        ManualResetEventSlim start = new(false, Spins);
        try
        {
            StartThread(new Thread(() => Loop(start, number)) { IsBackground = true, Name = "MnistCnn engine" });
        }
        catch (Exception)
        {
            return false;
        }

        workers.Add(start);
        return true;
    }

    private void Loop(ManualResetEventSlim start, int number)
    {
        while (true)
        {
            start.Wait();
            start.Reset();
            Participate(number);
        }
    }

    /// <summary>Runs items until none is left.</summary>
    private void Participate(int thread)
    {
        try
        {
            for (int part = 0; part < progress.Parts; part++)
            {
                for (int other = 0; other < threads; other++)
                {
                    int owner = (thread + other) % threads, place = (part * threads + owner) * CacheLine;
                    for (int index; (index = (Interlocked.Increment(ref taken[place]) - 1) * threads + owner) < progress.ItemsOf(part);)
                    {
                        work(new TeamItem(part, index, thread, progress));
                        progress.Finish(part, index);
                    }
                }
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            progress.Fail();
        }

        End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref busy) == 0)
        {
            done.Set();
        }
    }
}
