using System.Globalization;
using System.Runtime.InteropServices;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Mpi.TestHost;

/// <summary>A short run, whose weights and figures each rank writes to files that start with <c>out=</c>.</summary>
internal static class Training
{
    private const string NoMpi = "none";

    public static int Run(Settings settings)
    {
        using MpiCollective? ranks = settings.Text("mpi") == NoMpi ? null : MpiCollective.Initialize(settings.Mpi);
        int rank = ranks?.Rank ?? 0;
        using CancellationTokenSource cancellation = new();

        // Only rank 0 is given the weights and the checkpoint that all must train from.
        using nn.Module<Tensor, Tensor> model = settings.Text("model") == "norm" ? WithRunningStatistics()
            : new CnnClassifier(new CnnClassifierOptions { Seed = rank == 0 ? 1 : 100 + rank });
        TrainerOptions options = new()
        {
            Epochs = settings.Number("epochs", 2),
            BatchSize = settings.Number($"batch{rank}", 128),
            GradientAccumulation = settings.Number("accumulation", 1),
            ValidateEverySteps = settings.Number("validate", 7),
            EvaluationBatchSize = 300,
            Precision = settings.Text("precision") == "bf16" ? TrainingPrecision.BFloat16Mixed : TrainingPrecision.Float32,
            EmaDecay = settings.Text("average") is null ? null : 0.9,
            Device = CPU,
            Threads = settings.Number("threads", 1),
            ResumeFrom = rank == 0 ? settings.Text("resume") : null,
            Collective = ranks,
        };
        LambdaCallback events = new()
        {
            StepEnd = (context, step) =>
            {
                if (step.GlobalStep == 1)
                {
                    Console.WriteLine($"ready rank {rank} pid {Environment.ProcessId}");
                }

                if (step.GlobalStep == settings.Number("cancelstep", 0) && rank == settings.Number("cancelrank", 0))
                {
                    cancellation.Cancel();
                }

                if (step.GlobalStep == settings.Number("throwstep", 0) && rank == settings.Number("throwrank", 0))
                {
                    throw new InvalidOperationException("This rank was told to throw.");
                }
            },
        };
        ITrainerCallback[] callbacks = settings.Text("checkpoints") is { } folder
            ? [events, new ModelCheckpoint(rank == 0 ? folder : Path.Combine(folder, "of-another-rank")) { EverySteps = 5 }]
            : [events];
        IMnistDataset train = settings.Text("data") is { } data ? MnistDataset.Load(data, MnistSplit.Train)
            : new SyntheticDigits(settings.Number("images", 1922), seed: 1);
        IMnistDataset validation = new SyntheticDigits(settings.Number("validation", 701), seed: 2, MnistSplit.Test);
        FitResult fit = new Trainer(options, callbacks).Fit(model, train, validation, cancellation.Token);
        Console.WriteLine($"rank {rank} stopped: {fit.StopReason}, {fit.History.Steps.Count} steps. {fit.StopMessage}");
        if (rank == 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"epoch seconds: {string.Join(' ', fit.History.Epochs.Select(e => $"{e.Duration.TotalSeconds:F3}"))}"));
        }

        if (settings.Text("out") is { } prefix)
        {
            File.WriteAllBytes($"{prefix}.{rank}.weights", Weights(model));
            File.WriteAllLines($"{prefix}.{rank}.figures", Figures(fit.History));
        }

        return 0;
    }

    /// <summary>A model with buffers, which each rank gathers from its own images.</summary>
    private static nn.Module<Tensor, Tensor> WithRunningStatistics() =>
        nn.Sequential(nn.Conv2d(1, 4, 3, stride: 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(324, 10));

    private static byte[] Weights(nn.Module model) =>
        MemoryMarshal.AsBytes<float>(model.parameters().Concat(model.buffers()).Where(t => t.dtype == ScalarType.Float32)
            .SelectMany(t => t.data<float>().ToArray()).ToArray()).ToArray();

    private static IEnumerable<string> Figures(TrainingHistory history) =>
    [
        .. history.Steps.Select(s => Line("step", s.Loss, s.Accuracy, 0)),
        .. history.Epochs.Select(e => Line("epoch", e.Loss, e.Accuracy, e.Count)),
        .. history.Validations.Select(v => Line("validation", v.Result.Loss, v.Result.Accuracy, v.Result.Count)),
    ];

    private static string Line(string kind, double loss, double accuracy, long count) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} {loss:R} {accuracy:R} {count}");
}
