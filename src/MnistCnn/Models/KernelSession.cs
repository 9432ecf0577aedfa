using MnistCnn.Kernels;

namespace MnistCnn.Models;

/// <summary>Memory for one pass over a network. One call has it at a time.</summary>
internal sealed class KernelSession(CnnPlan plan, int capacity, int threads, bool training)
{
    public int Capacity { get; } = capacity;

    public int Threads { get; } = threads;

    public bool Training { get; } = training;

    public CnnWeights Weights { get; } = new(plan, training, imageGradient: training);

    public CnnWorkspace Workspace { get; } = new(plan, capacity, threads, training, keep: training);

    public CnnGradients? Gradients { get; } = training ? new(plan, threads) : null;
}
