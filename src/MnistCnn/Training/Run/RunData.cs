using MnistCnn.Batches;
using MnistCnn.Models;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The batches of a run, and how many of them make a step and an epoch.</summary>
internal sealed class RunData
{
    private readonly BatchLoader batches;
    private readonly TrainerOptions options;
    private readonly IMnistDataset train;
    private readonly IMnistDataset? validation;
    private readonly int batchesPerEpoch;
    private string? fingerprint;

    public RunData(TrainerOptions options, IMnistDataset train, IMnistDataset? validation, Device device)
    {
        this.options = options;
        batches = new BatchLoader(train, new BatchLoaderOptions
        {
            BatchSize = options.BatchSize,
            Shuffle = options.OverfitBatches is null,
            Balanced = options.BalancedSampling,
            Seed = options.Seed,
            Device = device,
            Transforms = options.Transforms,
            Threads = options.Threads,
            Share = options.Collective is { } ranks ? (ranks.Rank, ranks.WorldSize) : (0, 1),
        });
        (this.train, this.validation) = (train, validation);
        batchesPerEpoch = Math.Min(batches.StepsPerEpoch, Math.Min(options.LimitTrainBatches ?? int.MaxValue, options.OverfitBatches ?? int.MaxValue));
        StepsPerEpoch = (batchesPerEpoch - 1) / options.GradientAccumulation + 1;
        Validation = validation is null ? null : Evaluation(validation, options, device);
    }

    public int StepsPerEpoch { get; }

    /// <summary>Images of the largest batch of this rank.</summary>
    public int MostImages => Math.Min(options.BatchSize, train.Count);

    /// <summary>What the trained model says about itself in files.</summary>
    public IReadOnlyDictionary<string, string> MetadataOf(nn.Module model) => ModelMetadata.Of(model, train.Height, train.Width, train.ClassNames);

    public string Fingerprint => fingerprint ??= RunFingerprint.Of(train);

    public string? ValidationFingerprint => validation is null ? null : RunFingerprint.Of(validation);

    /// <summary>The batches of validation, in the order of the data set; null where there are none.</summary>
    public BatchLoader? Validation { get; }

    public static BatchLoader Evaluation(IMnistDataset data, TrainerOptions options, Device device) =>
        new(data, new BatchLoaderOptions { BatchSize = options.EvaluationBatchSize, Shuffle = false, Device = device, Threads = options.Threads });

    /// <summary>The batches of an epoch after those of its first steps; in tensors, or not read yet.</summary>
    public IEnumerable<RunBatch> After(int steps, int epoch, bool lazy)
    {
        int first = (int)Math.Min((long)steps * options.GradientAccumulation, batchesPerEpoch) + 1;
        return lazy ? batches.Lazy(epoch, first).Select(batch => new RunBatch(batch)) : batches.Epoch(epoch, first).Select(batch => new RunBatch(batch));
    }

    /// <summary>The batches of a step of an epoch: its first, and how many.</summary>
    public (int First, int Count) BatchesOf(int step)
    {
        int before = (step - 1) * options.GradientAccumulation;
        return (before + 1, Math.Min(options.GradientAccumulation, batchesPerEpoch - before));
    }

    /// <summary>The images of a step of an epoch; the last batch of an epoch may be short.</summary>
    public int ImagesOf(int step)
    {
        (int first, int count) = BatchesOf(step);
        long start = (long)(first - 1) * options.BatchSize;
        return (int)Math.Min((long)count * options.BatchSize, train.Count - start);
    }
}
