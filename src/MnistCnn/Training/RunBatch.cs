using MnistCnn.Batches;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>A batch of a run: tensors on the device, or, for a step that <see cref="ITrainingStep.ReadsImages"/>, images still where the data set has them.</summary>
internal sealed class RunBatch : IDisposable
{
    private readonly MnistBatch? tensors;
    private readonly UnreadBatch? unread;

    public RunBatch(MnistBatch tensors) => this.tensors = tensors;

    public RunBatch(UnreadBatch unread) => this.unread = unread;

    public int Count => unread?.Count ?? (int)Labels.shape[0];

    /// <summary>[N, 1, H, W].</summary>
    public Tensor Images => Tensors.Images;

    /// <summary>[N].</summary>
    public Tensor Labels => Tensors.Labels;

    public UnreadBatch Unread => unread ?? throw new InvalidOperationException("The batch is read.");

    private MnistBatch Tensors => tensors ?? throw new InvalidOperationException("The batch is not read.");

    public void Dispose() => tensors?.Dispose();
}
