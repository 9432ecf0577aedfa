using MnistCnn.Batches;
using MnistCnn.Metrics;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Options that each work alone, together and across an interruption.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class EverythingAtOnceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("engine", 7)]
    [InlineData("engine", 17)]
    [InlineData("libtorch", 7)]
    [InlineData("libtorch", 17)]
    [InlineData("bfloat16", 17)]
    public void Clipping_accumulation_averages_a_plateau_metrics_and_logs_go_on_after_an_interruption(string path, int interruptedAt)
    {
        if (path == "bfloat16")
        {
            BFloat16.SkipUnlessSupported();
        }

        TrainerOptions options = TrainingData.Options with
        {
            Epochs = 12,
            BatchSize = 16,
            GradientAccumulation = 2,
            GradientClipNorm = 0.4,
            GradientClipValue = 0.05,
            EmaDecay = 0.8,
            WeightDecay = 0.01,
            Loss = Loss.CrossEntropy(0.1),
            Transforms = [new RandomAffine()],
            Schedule = LearningRateSchedule.Cosine(warmUp: 0.2),
            BalancedSampling = true,
            Metrics = () => [new AccuracyMetric(3), new ConfusionMatrix(10)],
            LearningRate = path == "engine" ? 0.001 : 0.01,
            Precision = path == "bfloat16" ? TrainingPrecision.BFloat16Mixed : TrainingPrecision.Float32,
        };
        (byte[] expected, FitResult whole) = Fit(path, options, "whole.csv");
        Assert.Equal(StopReason.Completed, whole.StopReason);
        // The plateau has reduced the rate below that of the schedule.
        StepRecord last = whole.History.Steps[^1];
        Assert.InRange(last.LearningRate, 0, 0.3 * options.LearningRate * options.Schedule.FactorAt(last.GlobalStep - 1, 3, 36));

        LambdaCallback interrupt = new()
        {
            StepEnd = (context, step) => _ = step.GlobalStep == interruptedAt ? throw new InvalidOperationException("interrupted") : context,
        };
        Assert.Throws<TrainerCallbackException>(() => Fit(path, options, "cut.csv", interrupt, new ModelCheckpoint(folder["saved"])));
        (byte[] resumed, FitResult rest) = Fit(path, options with { ResumeFrom = folder["saved/last.ckpt"] }, "cut.csv");

        Assert.Equal(expected, resumed);
        Assert.Equal(whole.History.Steps, rest.History.Steps);
        Assert.Equal(13, whole.History.Validations.Count); // one an epoch, and one after the last step
        Assert.Equal(
            whole.History.Validations.Select(v => (v.GlobalStep, v.Result.Loss, v.Result.Metrics["top3_accuracy"], v.Result.Metrics["macro_f1"])),
            rest.History.Validations.Select(v => (v.GlobalStep, v.Result.Loss, v.Result.Metrics["top3_accuracy"], v.Result.Metrics["macro_f1"])));
        Assert.Equal(File.ReadAllText(folder["whole.csv"]), File.ReadAllText(folder["cut.csv"]));
    }

    public void Dispose() => folder.Dispose();

    private (byte[] Weights, FitResult Result) Fit(string path, TrainerOptions options, string history, params ITrainerCallback[] more)
    {
        using nn.Module<Tensor, Tensor> model = path == "engine" ? new CnnClassifier(new CnnClassifierOptions { Seed = 1 }) : new TinyModel(dropout: 0.3);
        ITrainerCallback[] callbacks = [new ReduceLearningRateOnPlateau(0.5, patience: 2, minDelta: 10), new CsvLogger(folder[history], 1), .. more];
        FitResult result = new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
        return (TrainingData.Weights(model), result);
    }
}
