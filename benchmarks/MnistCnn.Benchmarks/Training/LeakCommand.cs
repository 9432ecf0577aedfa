using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using MnistCnn.Training.Callbacks;
using TorchSharp;

namespace MnistCnn.Benchmarks.Training;

/// <summary><c>leak [--steps N]</c>: live tensors and resident memory over the steps of a run with every callback on, on drawn digits.</summary>
internal static class LeakCommand
{
    private const int WarmUp = 100;

    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int steps = int.Parse(given.GetValueOrDefault("--steps", "2000"), System.Globalization.CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("mnistcnn-leak-").FullName;
        NullLogger logger = NullLogger.Instance;
        (long Tensors, long Memory) before = default;
        LambdaCallback watch = new()
        {
            StepStart = context =>
            {
                if (context.GlobalStep == WarmUp)
                {
                    before = Now();
                }
                else if (context.GlobalStep % 400 == WarmUp)
                {
                    Console.WriteLine($"step {context.GlobalStep}: {Now().Tensors - before.Tensors} live tensors, "
                        + $"{(Now().Memory - before.Memory) / 1048576.0:F1} MiB more than at step {WarmUp}");
                }
            },
        };
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        long outside = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TrainerOptions options = new() { Epochs = 1000, MaxSteps = steps + WarmUp, BatchSize = 128, ValidateEverySteps = 50, EmaDecay = 0.99 };
        new Trainer(options,
        [
            new StepLogger(logger, 1), new EarlyStopping(10_000), new ReduceLearningRateOnPlateau(patience: 10_000), new LearningRateMonitor(logger, 1),
                new CsvLogger(Path.Combine(folder, "h.csv"), 1),
            new TensorBoardLogger(Path.Combine(folder, "board"), 1), new ProgressReporter(new Progress<TrainingProgress>(), 1), new ThroughputMonitor(logger),
                new ModelSummary(logger),
            new ModelCheckpoint(folder) { EverySteps = 100 }, watch,
        ]).Fit(model, new SyntheticDigits(6400), new SyntheticDigits(1000, split: MnistSplit.Test));
        (long tensors, long memory) = Now();
        Console.WriteLine($"after {steps + WarmUp} steps and the end of the run: {tensors - outside} live tensors more than before it, "
            + $"{(memory - before.Memory) / 1048576.0:F1} MiB more than at step {WarmUp}");
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static (long Tensors, long Memory) Now()
    {
        using Process process = Process.GetCurrentProcess();
        return (DisposeScopeManager.Statistics.ThreadTotalLiveCount, process.WorkingSet64);
    }
}
