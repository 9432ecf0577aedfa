using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Loss and accuracy since the epoch began: sums over images, kept on the device until somebody reads them.</summary>
internal sealed class TrainingFigures : IDisposable
{
    private double lossSum;
    private long hits;
    private long count;
    private Tensor? lossOnDevice;
    private Tensor? hitsOnDevice;

    public double Loss => (lossSum + (lossOnDevice?.item<double>() ?? 0)) / count;

    public double Accuracy => (double)(hits + (hitsOnDevice?.item<long>() ?? 0)) / count;

    public void Add(BatchOutcome batch)
    {
        count += batch.Count;
        if (batch.OnDevice is not { } sums || sums.Hits.device_type == DeviceType.CPU)
        {
            lossSum += batch.LossSum;
            hits += batch.Hits;
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        lossOnDevice ??= zeros([], ScalarType.Float64, sums.Hits.device).DetachFromDisposeScope();
        hitsOnDevice ??= zeros([], ScalarType.Int64, sums.Hits.device).DetachFromDisposeScope();
        lossOnDevice.add_(sums.MeanLoss.to_type(ScalarType.Float64) * batch.Count);
        hitsOnDevice.add_(sums.Hits);
    }

    public void Reset()
    {
        Dispose();
        (lossSum, hits, count) = (0, 0, 0);
    }

    public void Dispose()
    {
        lossOnDevice?.Dispose();
        hitsOnDevice?.Dispose();
        (lossOnDevice, hitsOnDevice) = (null, null);
    }
}
