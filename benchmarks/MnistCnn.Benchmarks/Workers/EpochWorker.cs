namespace MnistCnn.Benchmarks.Workers;

/// <summary>
/// Trains a few epochs with everything that belongs to them but validation, and measures the machine's limit just before. With --engine torchsharp over
/// libtorch's operations.
/// </summary>
internal static class EpochWorker
{
    /// <summary>Multiply-adds of an image, forward; backward takes the same for the weights, and for the inputs of all layers but the first.</summary>
    private const double First = 169 * 9 * 16;
    private const double Forward = First + 36 * 144 * 32 + 16 * 288 * 64 + 1024 * 256 + 256 * 64 + 64 * 10;

    public static Dictionary<string, double> Run(WorkerOptions options)
    {
        MnistDataset train = MnistDataset.Load(options.Data, MnistSplit.Train);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = options.Seed, UseKernels = options.Engine == "ours" });
        TrainerOptions training = new() { Epochs = 3, Seed = options.Seed, Threads = options.Threads };
        double limit = FmaLimit.Measure(options.Threads);
        FitResult fit = new Trainer(training).Fit(model, train);
        double[] seconds = [.. fit.History.Epochs.Select(e => e.Duration.TotalSeconds)];
        double gigaflop = 2 * (3 * Forward - First) * train.Count / 1e9;
        return new()
        {
            ["seconds"] = Median.Of(seconds),
            ["first_seconds"] = seconds[0],
            ["fma_limit_gflops"] = limit,
            ["percent_of_limit"] = 100 * gigaflop / Median.Of(seconds) / limit,
        };
    }
}
