using MnistCnn.Batches;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// A batch of a run: tensors on the device, or, for a step that <see cref="ITrainingStep.RunsOnEngine"/>, images still where the data set has them.
/// </summary>
internal sealed class RunBatch : IDisposable
{
    private readonly MnistBatch? tensors;
    private readonly LazyBatch? lazy;

    public RunBatch(MnistBatch tensors) => this.tensors = tensors;

    public RunBatch(LazyBatch lazy) => this.lazy = lazy;

    public int Count => lazy?.Count ?? (int)Labels.shape[0];

    /// <summary>[N, 1, H, W].</summary>
    public Tensor Images => Tensors.Images;

    /// <summary>[N].</summary>
    public Tensor Labels => Tensors.Labels;

    public LazyBatch Lazy => lazy ?? throw new InvalidOperationException("The batch is read.");

    private MnistBatch Tensors => tensors ?? throw new InvalidOperationException("The batch is not read.");

    public void Dispose() => tensors?.Dispose();
}
