using MnistCnn.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Loss and accuracy since the epoch began: sums over images, kept on the device until they are read.</summary>
internal sealed class TrainingFigures : IDisposable
{
    private double lossSum;
    private long hits;
    private Tensor? lossOnDevice;
    private Tensor? hitsOnDevice;

    public long Count { get; private set; }

    public double LossSum => lossSum + (lossOnDevice?.ToDouble() ?? 0);

    public long Hits => hits + (hitsOnDevice?.item<long>() ?? 0);

    public double Loss => LossSum / Count;

    public double Accuracy => (double)Hits / Count;

    public void Add(BatchFigures outcome)
    {
        Count += outcome.Count;
        if (outcome.OnDevice is not { } sums)
        {
            lossSum += outcome.LossSum;
            hits += outcome.Hits;
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        lossOnDevice ??= zeros([], MetricInput.SumTypeOn(sums.Hits.device), sums.Hits.device).DetachFromDisposeScope();
        hitsOnDevice ??= zeros([], ScalarType.Int64, sums.Hits.device).DetachFromDisposeScope();
        lossOnDevice.add_(sums.LossSum.to_type(lossOnDevice.dtype));
        hitsOnDevice.add_(sums.Hits);
    }

    /// <summary>Goes on from sums that were read before.</summary>
    public void Restore(double restoredLossSum, long restoredHits, long restoredCount)
    {
        Reset();
        (lossSum, hits, Count) = (restoredLossSum, restoredHits, restoredCount);
    }

    public void Reset()
    {
        Dispose();
        (lossSum, hits, Count) = (0, 0, 0);
    }

    public void Dispose()
    {
        lossOnDevice?.Dispose();
        hitsOnDevice?.Dispose();
        (lossOnDevice, hitsOnDevice) = (null, null);
    }
}
