using MnistCnn.Engine;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// Memory for forward passes, with the weights of its last <see cref="Read(ReadOnlySpan{nint})"/>. One caller has it at a time, and returns it by disposal.
/// </summary>
internal sealed unsafe class InferenceSession(NetworkPlan plan, int threads, Action<InferenceSession> giveBack) : IDisposable
{
    private readonly NetworkWeights weights = new(plan, training: false);
    private readonly InferencePass pass = new(plan, threads);

    public int Threads { get; } = threads;

    /// <summary>Copies the parameters at addresses, in the order of the plan.</summary>
    public void Read(ReadOnlySpan<nint> parameters) => weights.Pack(parameters, Threads);

    /// <summary>Copies the parameters, in the order of the plan.</summary>
    public void Read(IReadOnlyList<float[]> parameters) => weights.Pack(parameters, Threads);

    /// <summary>The output [count, classes] for images that are read as they are needed.</summary>
    public Tensor Forward(ImageReader images, int count)
    {
        Tensor output = empty([count, plan.Description.Classes], ScalarType.Float32, CPU);
        pass.Run(weights, images, count, (float*)output.Address());
        return output;
    }

    public void Dispose() => giveBack(this);
}
