using MnistCnn.Kernels;

namespace MnistCnn.Models;

/// <summary>Memory for one pass over a network. One call has it at a time.</summary>
internal sealed class KernelSession(CnnPlan plan, int capacity, int threads, bool training)
{
    public int Capacity { get; } = capacity;

    public int Threads { get; } = threads;

    public bool Training { get; } = training;

    public CnnParameters Weights { get; } = new(plan, backward: training);

    public CnnWorkspace Workspace { get; } = new(plan, capacity, threads, training);

    public CnnGradients? Backward { get; } = training ? new(plan, threads) : null;

    public CnnParameters? Gradients { get; } = training ? new(plan) : null;
}
