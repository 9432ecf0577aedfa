namespace MnistCnn.Engine;

/// <summary>An item of a job of a <see cref="ThreadTeam"/>.</summary>
internal readonly struct TeamItem(int part, int index, int thread, TeamProgress? progress)
{
    /// <summary>Which part of the job, from 0.</summary>
    public int Part => part;

    /// <summary>Which item of the part, from 0.</summary>
    public int Index => index;

    /// <summary>Which thread of the team, from 0: at most one item of a thread runs at a time.</summary>
    public int Thread => thread;

    /// <summary>
    /// Waits for some items of an earlier part. Threads have them already, since no thread begins a part before all items of the earlier ones are taken.
    /// </summary>
    /// <exception cref="OperationCanceledException">One of them failed.</exception>
    public void Await(int earlier, int first, int count) => progress?.Await(earlier, first, count);
}
