using System.Diagnostics;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Trains until 99.0% of the test images are right, and takes the time since the process began.</summary>
internal static class TimeToAccuracyWorker
{
    private const double Goal = 0.99;

    public static Dictionary<string, double> Run(WorkerOptions options)
    {
        // libtorch takes longer to load than the images: side by side.
        Task<DeviceSelection> selecting = Task.Run(() => DeviceSelector.Select());
        (MnistDataset train, MnistDataset test) = MnistDataset.LoadSplits(options.Data);
        DeviceSelection device = selecting.GetAwaiter().GetResult();
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = options.Seed });
        StopAtAccuracy stop = new(Goal);
        FitResult fit = new Trainer(TrainingRecipe.Fast with { Seed = options.Seed, Device = device.Device, Threads = options.Threads, ValidateEveryEpochs = 1 }, [stop]).Fit(model, train, test);
        return stop.Seconds is { } seconds
            ? new() { ["seconds"] = seconds, ["accuracy"] = stop.Accuracy, ["epochs"] = fit.History.Epochs.Count }
            : throw new InvalidOperationException($"Expected an accuracy of {Goal} within the recipe, found {stop.Accuracy} at most.");
    }

    private sealed class StopAtAccuracy(double goal) : ITrainerCallback
    {
        public double? Seconds { get; private set; }

        public double Accuracy { get; private set; }

        public void OnValidationEnd(TrainerContext context, EvaluationResult result)
        {
            Accuracy = Math.Max(Accuracy, result.Accuracy);
            if (result.Accuracy >= goal && Seconds is null)
            {
                using Process self = Process.GetCurrentProcess();
                Seconds = (DateTime.Now - self.StartTime).TotalSeconds;
                context.RequestStop($"{result.Accuracy} of the test images are right.");
            }
        }
    }
}
