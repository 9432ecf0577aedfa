namespace MnistCnn.Engine;

/// <summary>Which items of a job are finished. What a finished item wrote is visible to the threads that waited for it.</summary>
internal sealed class TeamProgress
{
    private const int CacheLine = 16;
    private int[] firsts = [0], finished = [];
    private int round;
    private volatile bool failed;

    public int Parts { get; private set; }

    /// <summary>Before the items of a job.</summary>
    public void Begin(ReadOnlySpan<int> items)
    {
        (Parts, round, failed) = (items.Length, round + 1, false);
        if (items.Length >= firsts.Length)
        {
            firsts = new int[items.Length + 1];
        }

        for (int part = 0; part < items.Length; part++)
        {
            firsts[part + 1] = firsts[part] + items[part];
        }

        if (firsts[items.Length] * CacheLine > finished.Length)
        {
            finished = new int[firsts[items.Length] * CacheLine];
        }
    }

    public int ItemsOf(int part) => firsts[part + 1] - firsts[part];

    public void Finish(int part, int index) => Interlocked.Exchange(ref finished[(firsts[part] + index) * CacheLine], round);

    /// <summary>After an exception: ends the waits for items that will not finish.</summary>
    public void Fail() => failed = true;

    /// <summary>See <see cref="TeamItem.Await"/>. The wait is short, so it spins, and lets others have the core.</summary>
    public void Await(int part, int first, int count)
    {
        for (int index = first; index < first + count; index++)
        {
            SpinWait spinner = default;
            while (Volatile.Read(ref finished[(firsts[part] + index) * CacheLine]) != round && !failed)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (failed)
        {
            throw new OperationCanceledException("An item that others wait for failed.");
        }
    }
}
