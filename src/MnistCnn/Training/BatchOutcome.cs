using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The loss and the hits of some images: numbers, or scalars on a device that is waited for only when somebody asks.</summary>
internal sealed class BatchOutcome
{
    private readonly (Tensor LossSum, Tensor Hits)? onDevice;
    private double? lossSum;
    private long? hits;

    public BatchOutcome(int count, double lossSum, long hits) => (Count, this.lossSum, this.hits) = (count, lossSum, hits);

    /// <summary>Scalars, the hits as int64. On the CPU, where nothing waits, they are read at once; elsewhere they live as long as the step's scope.</summary>
    public BatchOutcome(int count, Tensor lossSum, Tensor hits)
    {
        Count = count;
        onDevice = (lossSum, hits);
        if (lossSum.device_type == DeviceType.CPU)
        {
            (this.lossSum, this.hits, onDevice) = (lossSum.ToDouble(), hits.item<long>(), null);
        }
    }

    public int Count { get; }

    public double LossSum => lossSum ??= onDevice!.Value.LossSum.ToDouble();

    public long Hits => hits ??= onDevice!.Value.Hits.item<long>();

    /// <summary>The sums where they still are on a device; null where they are numbers.</summary>
    public (Tensor LossSum, Tensor Hits)? OnDevice => onDevice;

    public static BatchOutcome operator +(BatchOutcome a, BatchOutcome b) => (a.onDevice, b.onDevice) is ({ } x, { } y)
        ? new BatchOutcome(a.Count + b.Count, x.LossSum + y.LossSum, x.Hits + y.Hits)
        : new BatchOutcome(a.Count + b.Count, a.LossSum + b.LossSum, a.Hits + b.Hits);
}
