namespace MnistCnn.Networks;

/// <summary>Work of one part: all items are independent.</summary>
internal abstract class KernelJob : KernelSequence
{
    /// <inheritdoc cref="KernelSequence.Run"/>
    public abstract void Run(int item, int thread);

    /// <inheritdoc/>
    public sealed override void Run(int part, int item, int thread) => Run(item, thread);
}
