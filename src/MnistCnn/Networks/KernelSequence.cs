using System.Diagnostics;

namespace MnistCnn.Networks;

/// <summary>
/// Work that <see cref="KernelThreads"/> splits, in parts: the items of a part are independent, and those of a later one may wait for single items of earlier ones. No thread waits for a whole part
/// unless an item does: who is done with one goes on with the next. What an item does must not depend on which thread does it. One caller at a time.
/// </summary>
internal abstract class KernelSequence
{
    private const int CacheLine = 16;
    private static readonly long spin = Stopwatch.Frequency / 5_000;
    private readonly object gate = new();
    private int[] items = [], finished = [];
    private int parts, round, waiting;
    private volatile bool failed;

    /// <summary>How many items each part has.</summary>
    public ReadOnlySpan<int> Items => items.AsSpan(0, parts);

    /// <param name="part">Which part, from 0.</param>
    /// <param name="item">Which of its items, from 0.</param>
    /// <param name="thread">Which thread of the team, from 0: at most one item of a thread runs at a time.</param>
    public abstract void Run(int part, int item, int thread);

    /// <summary>Before the items of a run.</summary>
    internal void Begin(ReadOnlySpan<int> items)
    {
        (parts, round, failed) = (items.Length, round + 1, false);
        if (parts > this.items.Length)
        {
            this.items = new int[parts];
        }

        items.CopyTo(this.items);
        if (Place(parts - 1, 0) > finished.Length)
        {
            finished = new int[Place(parts - 1, 0)];
        }
    }

    /// <summary>Runs an item. What it wrote, past the caches or not, is there for those who wait for it.</summary>
    internal void Execute(int part, int item, int thread)
    {
        Run(part, item, thread);
        if (part < parts - 1)
        {
            Interlocked.Exchange(ref finished[Place(part, item)], round);
            if (Volatile.Read(ref waiting) > 0)
            {
                Wake();
            }
        }
    }

    /// <summary>After an exception: what waits for the rest would do so for ever.</summary>
    internal void Fail()
    {
        failed = true;
        Wake();
    }

    /// <summary>Waits for all items of an earlier part.</summary>
    protected void Await(int part) => Await(part, 0, items[part]);

    /// <summary>Waits for some items of an earlier part: threads have them, since nobody begins a part before all items of the earlier ones are taken.</summary>
    protected void Await(int part, int first, int count)
    {
        for (int item = first; item < first + count; item++)
        {
            Await(part, item);
        }
    }

    private void Await(int part, int item)
    {
        int place = Place(part, item);
        long start = IsOver(place) ? 0 : Stopwatch.GetTimestamp();
        while (!IsOver(place) && Stopwatch.GetTimestamp() - start < spin)
        {
            Thread.SpinWait(8);
        }

        if (!IsOver(place))
        {
            lock (gate)
            {
                Interlocked.Increment(ref waiting);
                while (!IsOver(place))
                {
                    Monitor.Wait(gate);
                }

                Interlocked.Decrement(ref waiting);
            }
        }

        if (failed)
        {
            throw new OperationCanceledException("An item that others wait for failed.");
        }
    }

    private bool IsOver(int place) => Volatile.Read(ref finished[place]) == round || failed;

    private void Wake()
    {
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }

    private int Place(int part, int item)
    {
        int before = 0;
        for (int p = 0; p < part; p++)
        {
            before += items[p];
        }

        return (before + item) * CacheLine;
    }
}
