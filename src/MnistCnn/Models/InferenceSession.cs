using MnistCnn.Networks;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>Memory for forward passes alone, with the weights of its last <see cref="Read"/>. One caller has it at a time, and returns it by disposal.</summary>
internal sealed unsafe class InferenceSession(CnnPlan plan, int threads, Action<InferenceSession> giveBack) : IDisposable
{
    private readonly CnnParameters weights = new(plan, inference: true);
    private readonly CnnInference passes = new(plan, threads);

    public int Threads { get; } = threads;

    /// <summary>Copies weight and bias of each layer in order.</summary>
    public void Read(IEnumerable<Tensor> parameters) => weights.Pack([.. parameters.Select(p => p.Address())], Threads);

    /// <summary>Logits [count, classes] of images that are read as they are needed.</summary>
    public Tensor Forward(CnnImages images, int count)
    {
        Tensor logits = empty([count, plan.Shape.Classes], ScalarType.Float32, CPU);
        passes.Run(weights, images, count, (float*)logits.Address());
        return logits;
    }

    public void Dispose() => giveBack(this);
}
