namespace MnistCnn.Networks;

/// <summary>Work that <see cref="KernelThreads"/> splits: the items are independent, and what each does must not depend on which thread does it.</summary>
internal abstract class KernelJob
{
    /// <param name="item">Which item, from 0.</param>
    /// <param name="thread">Which thread of the team, from 0: at most one item of a thread runs at a time.</param>
    public abstract void Run(int item, int thread);
}
