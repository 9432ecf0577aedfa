namespace MnistCnn.Engine;

/// <summary>
/// One number for each parameter of a network, in the kernels' layout: the weights, or their gradients, or moments. Elsewhere they come as addresses of tensors
/// in order, in PyTorch's layout. Padding is zero.
/// </summary>
/// <param name="plan">The network.</param>
/// <param name="besides">Floats behind the parameters for the owner's own use.</param>
internal sealed unsafe class ParameterBuffer(NetworkPlan plan, int besides = 0)
{
    private readonly AlignedBuffer memory = new(plan.ParameterLength + besides);

    /// <summary>The first float; valid as long as this object is reachable.</summary>
    public float* Pointer => memory.Pointer;

    public int Length => plan.ParameterLength;

    /// <summary>All parameters, and what is behind them.</summary>
    public Span<float> Span => new(memory.Pointer, (int)memory.Length);

    /// <summary>Reads tensors.</summary>
    public void Pack(ReadOnlySpan<nint> tensors, int threads) => Copy(tensors, threads, packing: true);

    /// <summary>Writes tensors.</summary>
    public void Unpack(ReadOnlySpan<nint> tensors, int threads) => Copy(tensors, threads, packing: false);

    /// <summary>Runs something on every piece, on some threads.</summary>
    public void ForEachPiece(int threads, Action<ParameterPiece> action) =>
        ThreadTeam.Run(threads, [plan.Pieces.Count], item => action(plan.Pieces[item.Index]));

    /// <param name="tensors">An address for each parameter of the plan; 0 for one that is left as it is.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="packing">Whether to the kernels' layout.</param>
    private void Copy(ReadOnlySpan<nint> tensors, int threads, bool packing)
    {
        nint[] addresses = tensors.ToArray();
        ThreadTeam.Run(threads, [plan.Copies.Count], item =>
        {
            (int index, int part) = plan.Copies[item.Index];
            if (addresses[index] != 0)
            {
                plan.Parameters[index].Copy((float*)addresses[index], memory.Pointer + plan.Parameters[index].Offset, packing, part);
            }
        });
    }
}
