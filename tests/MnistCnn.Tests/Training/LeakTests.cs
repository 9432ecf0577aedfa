using System.Diagnostics;
using MnistCnn.Training.Callbacks;
using TorchSharp;

namespace MnistCnn.Tests.Training;

/// <summary>Nothing grows with the steps, with every callback on.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class LeakTests : IDisposable
{
    private const int Steps = 144;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.BFloat16Mixed)]
    public void Live_tensors_and_memory_do_not_grow_over_the_steps(TrainingPrecision precision)
    {
        if (precision == TrainingPrecision.BFloat16Mixed)
        {
            BFloat16.SkipUnlessSupported();
        }

        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        TrainerOptions options = TrainingData.Options with { Epochs = Steps / 3, EmaDecay = 0.99, Precision = precision };
        long tensorsBefore = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        (long tensors, long memory) warm = default;
        (long tensors, long memory) end = default;
        LambdaCallback spy = new()
        {
            StepStart = context =>
            {
                if (context.GlobalStep is Steps / 3 or Steps)
                {
                    using Process process = Process.GetCurrentProcess();
                    (long, long) now = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, process.WorkingSet64);
                    (warm, end) = context.GlobalStep == Steps ? (warm, now) : (now, end);
                }
            },
        };
        new Trainer(options, [.. Everything(), spy]).Fit(model, TrainingData.Train, TrainingData.Validation);
        // One set of parameters, more or less, depends on the phase of mixed precision; a leak would have left one at every step.
        Assert.InRange(end.tensors - warm.tensors, -12, 12);
        Assert.InRange((end.memory - warm.memory) >> 20, -1000, 64);
        Assert.Equal(tensorsBefore, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Nothing_stays_after_exceptions_and_cancellations()
    {
        using TinyModel model = new();
        TrainerOptions options = TrainingData.Options with { EmaDecay = 0.99 };
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource source = new();
            int last = i;
            LambdaCallback cancel = new() { StepEnd = (context, _) => (context.GlobalStep == last ? source : null)?.Cancel() };
            LambdaCallback fail = new() { StepEnd = (context, step) => _ = step.GlobalStep != last ? context : throw new InvalidOperationException("broken") };
            new Trainer(options, [.. Everything(), cancel]).Fit(model, TrainingData.Train, TrainingData.Validation, source.Token);
            Record.Exception(() => new Trainer(options, [.. Everything(), fail]).Fit(model, TrainingData.Train, TrainingData.Validation));
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => folder.Dispose();

    private ITrainerCallback[] Everything()
    {
        ListLogger logger = new();
        return
        [
            new StepLogger(logger, 1), new EarlyStopping(10_000), new ReduceLearningRateOnPlateau(patience: 10_000), new LearningRateMonitor(logger, 1),
                new CsvLogger(folder["h.csv"], 1),
            new TensorBoardLogger(folder["board"], 1), new ProgressReporter(new Progress<TrainingProgress>(), 1), new ThroughputMonitor(logger),
                new ModelSummary(logger),
            new ModelCheckpoint(folder.Root) { EverySteps = 40, SaveLast = false }, new LambdaCallback { BeforeOptimizerStep = _ => { } },
        ];
    }
}
