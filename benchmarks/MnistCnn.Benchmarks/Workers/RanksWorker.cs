using MnistCnn.Mpi;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Trains a few epochs on the ranks that mpirun started, and reports on the first of them.</summary>
internal static class RanksWorker
{
    public static Dictionary<string, object>? Run(WorkerOptions options)
    {
        using MpiCollective ranks = MpiCollective.Initialize();
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = options.Seed });
        TrainerOptions training = new() { Epochs = 4, Seed = options.Seed, Threads = options.Threads, Collective = ranks };
        FitResult fit = new Trainer(training).Fit(model, MnistDataset.Load(options.Data, MnistSplit.Train));
        // The first epoch warms up.
        return ranks.Rank == 0 ? new() { ["seconds"] = Median.Of(fit.History.Epochs.Skip(1).Select(e => e.Duration.TotalSeconds)) } : null;
    }
}
