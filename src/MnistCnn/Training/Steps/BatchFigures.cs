using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The loss and the hits of some images: numbers, or scalars on a device, which are read when one is asked for.</summary>
internal sealed class BatchFigures
{
    private readonly (Tensor LossSum, Tensor Hits)? onDevice;
    private double? lossSum;
    private long? hits;

    public BatchFigures(int count, double lossSum, long hits) => (Count, this.lossSum, this.hits) = (count, lossSum, hits);

    /// <summary>Scalars, the hits as int64. On the CPU, where nothing waits, they are read at once; elsewhere they live as long as the step's scope.</summary>
    public BatchFigures(int count, Tensor lossSum, Tensor hits)
    {
        Count = count;
        onDevice = (lossSum, hits);
        if (lossSum.device_type == DeviceType.CPU)
        {
            (this.lossSum, this.hits, onDevice) = (lossSum.ToDouble(), hits.item<long>(), null);
        }
    }

    public int Count { get; }

    public double LossSum => ReadBoth().LossSum;

    public long Hits => ReadBoth().Hits;

    /// <summary>The sums where they still are on a device; null where they are numbers.</summary>
    public (Tensor LossSum, Tensor Hits)? OnDevice => onDevice;

    public static BatchFigures operator +(BatchFigures a, BatchFigures b) => (a.onDevice, b.onDevice) is ({ } x, { } y)
        ? new BatchFigures(a.Count + b.Count, x.LossSum + y.LossSum, x.Hits + y.Hits)
        : new BatchFigures(a.Count + b.Count, a.LossSum + b.LossSum, a.Hits + b.Hits);

    /// <summary>What the history keeps of the step that the context shows.</summary>
    public StepRecord RecordOf(TrainerContext step) =>
        new(step.Epoch, step.Step, step.GlobalStep, LossSum / Count, (double)Hits / Count, step.LearningRate);

    /// <summary>Two scalars as numbers, by one transfer where they are on a device. The hits are those of a batch, exact in 32 bits.</summary>
    internal static (double LossSum, long Hits) Read(Tensor lossSum, Tensor hits)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] both = stack([lossSum.to_type(ScalarType.Float32), hits.to_type(ScalarType.Float32)]).cpu().data<float>().ToArray();
        return (both[0], (long)both[1]);
    }

    /// <summary>Reads both numbers at once: a caller that asks for one asks for the other soon, and each read waits for the device.</summary>
    private (double LossSum, long Hits) ReadBoth()
    {
        if (lossSum is null || hits is null)
        {
            (lossSum, hits) = Read(onDevice!.Value.LossSum, onDevice!.Value.Hits);
        }

        return (lossSum.Value, hits.Value);
    }
}
