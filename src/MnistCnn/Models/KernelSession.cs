using MnistCnn.Networks;

namespace MnistCnn.Models;

/// <summary>Memory for a forward and a backward pass over a network. One call has it at a time.</summary>
internal sealed class KernelSession(CnnPlan plan, int capacity, int threads)
{
    public int Capacity { get; } = capacity;

    public int Threads { get; } = threads;

    public CnnParameters Weights { get; } = new(plan, backward: true);

    public CnnWorkspace Workspace { get; } = new(plan, capacity, threads);

    public CnnGradients Backward { get; } = new(plan, threads);

    public CnnParameters Gradients { get; } = new(plan);
}
