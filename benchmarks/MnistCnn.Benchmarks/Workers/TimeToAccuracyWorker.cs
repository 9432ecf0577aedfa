using System.Diagnostics;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Trains by the fast recipe, looks at the test images at its end, of which 99.0% must be right, and takes the time since the process began.</summary>
internal static class TimeToAccuracyWorker
{
    private const double Goal = 0.99;

    public static Dictionary<string, double> Run(WorkerOptions options)
    {
        // Until libtorch is loaded and the model made, the images are read.
        Task<CnnClassifier> creating = Task.Run(() => new CnnClassifier(new CnnClassifierOptions { Seed = options.Seed }));
        (MnistDataset train, MnistDataset test) = MnistDataset.LoadSplits(options.Data);
        using CnnClassifier model = creating.GetAwaiter().GetResult();
        TrainerOptions recipe = TrainingRecipe.Fast with { Seed = options.Seed, Threads = options.Threads, ValidateEveryEpochs = TrainingRecipe.Fast.Epochs };
        FitResult fit = new Trainer(recipe).Fit(model, train, test);
        using Process self = Process.GetCurrentProcess();
        double seconds = (DateTime.Now - self.StartTime).TotalSeconds, accuracy = fit.LastValidation!.Result.Accuracy;
        return accuracy >= Goal
            ? new() { ["seconds"] = seconds, ["accuracy"] = accuracy, ["epochs"] = fit.History.Epochs.Count }
            : throw new InvalidOperationException($"Expected an accuracy of {Goal} after the recipe, found {accuracy}.");
    }
}
