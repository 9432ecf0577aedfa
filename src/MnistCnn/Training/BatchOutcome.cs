using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The loss and the hits of one batch: on the device until somebody reads them.</summary>
internal sealed class BatchOutcome
{
    private readonly Tensor? lossTensor;
    private readonly Tensor? hitsTensor;
    private double? lossSum;
    private long? hits;

    /// <summary>Figures that are on the host already.</summary>
    public BatchOutcome(int count, double lossSum, long hits) => (Count, this.lossSum, this.hits) = (count, lossSum, hits);

    /// <summary>Scalars on a device: the mean loss, and the number of hits as int64. They live as long as the step's scope.</summary>
    public BatchOutcome(int count, Tensor meanLoss, Tensor hits) => (Count, lossTensor, hitsTensor) = (count, meanLoss, hits);

    public int Count { get; }

    public double LossSum => lossSum ??= lossTensor!.item<float>() * Count;

    public long Hits => hits ??= hitsTensor!.item<long>();

    /// <summary>The mean loss and the hits where they are still on a device; null where they are numbers.</summary>
    public (Tensor MeanLoss, Tensor Hits)? OnDevice => lossTensor is null ? null : (lossTensor, hitsTensor!);
}
