using MnistCnn.Metrics;
using MnistCnn.Training.Callbacks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>An optimizer or a metric that throws, a loss that is not a number, and a folder that cannot be written.</summary>
public sealed class RunFailureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void An_optimizer_that_throws_ends_the_run_with_its_exception_and_saves_no_half_made_step()
    {
        using TinyModel model = new();
        TrainerOptions options = TrainingData.Options with { Optimizer = (p, lr) => new FailingSgd(p, lr, failsAt: 3) };
        RecordingCallback hooks = new();
        ModelCheckpoint checkpoint = new(folder.Root) { EverySteps = 1, KeepBest = 0 };
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        NotSupportedException thrown = Assert.Throws<NotSupportedException>(() => new Trainer(options, [checkpoint, hooks]).Fit(model, TrainingData.Train));
        Assert.Equal("step 3", thrown.Message);
        Assert.Same(thrown, hooks.Exception);
        Assert.Equal((StopReason.Failed, 2), (hooks.Result!.StopReason, hooks.Result.History.Steps.Count));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        // The checkpoint is that of step 2: the run goes on from it as if nothing had happened.
        using TinyModel resumed = new(), whole = new();
        new Trainer(options with { Optimizer = (p, lr) => new FailingSgd(p, lr, failsAt: 0), ResumeFrom = checkpoint.LastPath })
            .Fit(resumed, TrainingData.Train);
        new Trainer(options with { Optimizer = (p, lr) => optim.SGD(p, lr) }).Fit(whole, TrainingData.Train);
        Assert.Equal(TrainingData.Weights(whole), TrainingData.Weights(resumed));
    }

    [Theory]
    [InlineData(nameof(IMetric.Update))]
    [InlineData(nameof(IMetric.Compute))]
    public void A_metric_that_throws_ends_the_run_with_its_exception_and_is_disposed(string method)
    {
        using TinyModel model = new();
        FailingMetric metric = new(method);
        RecordingCallback hooks = new();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Exception thrown = Assert.ThrowsAny<Exception>(() => new Trainer(TrainingData.Options with { Metrics = () => [metric] }, [hooks])
            .Fit(model, TrainingData.Train, TrainingData.Validation));
        Assert.Equal(method, (thrown.InnerException ?? thrown).Message);
        Assert.Equal(StopReason.Failed, hooks.Result!.StopReason);
        Assert.True(metric.IsDisposed);
        Assert.False(model.training);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_leaves_the_checkpoint_of_the_step_before_and_the_run_goes_on_from_it()
    {
        using TinyModel model = new(), resumed = new(), whole = new();
        LambdaCallback breaking = new() { StepStart = context => model.OnForward = context.GlobalStep == 5 ? logits => logits * double.NaN : null };
        ModelCheckpoint checkpoint = new(folder.Root);
        FitResult fit = new Trainer(TrainingData.Options, [checkpoint, breaking]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal((StopReason.NonFiniteLoss, 4), (fit.StopReason, fit.History.Steps.Count));
        Assert.All(fit.History.Validations, v => Assert.True(double.IsFinite(v.Result.Loss)));
        Assert.All(TrainingData.Floats(model), weight => Assert.True(float.IsFinite(weight)));

        FitResult rest = new Trainer(TrainingData.Options with { ResumeFrom = checkpoint.LastPath }).Fit(resumed, TrainingData.Train, TrainingData.Validation);
        FitResult all = new Trainer(TrainingData.Options).Fit(whole, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(TrainingData.Weights(whole), TrainingData.Weights(resumed));
        Assert.Equal(all.History.Steps, rest.History.Steps);
    }

    [Fact]
    public void Validations_that_are_not_numbers_are_never_kept_as_the_best()
    {
        double[] script = [double.NaN, 0.3, double.NaN, 0.2, double.NaN];
        int next = 0;
        ModelCheckpoint checkpoint = new(folder.Root) { KeepBest = 3, SaveLast = false, Monitor = new MonitoredValue("score", true, _ => script[next++]) };
        using TinyModel model = new();
        new Trainer(TrainingData.Options with { Epochs = 5, ValidateEveryEpochs = 1 }, [checkpoint]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(["best-0000006-score-0.3000.ckpt", "best-0000012-score-0.2000.ckpt"], folder.Names);
        Assert.Equal(folder["best-0000006-score-0.3000.ckpt"], checkpoint.BestPath);
    }

    [Fact]
    public void The_best_checkpoint_and_the_best_validation_are_neither_the_first_nor_the_last_but_the_best()
    {
        // Falls, then rises: neither the first nor the last is the best.
        double[] script = [0.5, 0.7, 0.9, 0.8, 0.6];
        int next = 0;
        List<byte[]> weights = [];
        ModelCheckpoint checkpoint = new(folder.Root) { Monitor = new MonitoredValue("score", true, _ => script[next++]) };
        LambdaCallback spy = new() { ValidationEnd = (context, _) => weights.Add(TrainingData.Weights(context.Model)) };
        using TinyModel model = new(), best = new();
        TrainerOptions options = TrainingData.Options with { Epochs = 5, ValidateEveryEpochs = 1 };
        FitResult fit = new Trainer(options, [checkpoint, spy]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(folder["best-0000009-score-0.9000.ckpt"], fit.BestCheckpoint);
        new Trainer(options with { MaxSteps = 9, ResumeFrom = fit.BestCheckpoint }).Fit(best, TrainingData.Train);
        Assert.Equal(weights[2], TrainingData.Weights(best));

        ValidationRecord expected = fit.History.Validations[0];
        foreach (ValidationRecord validation in fit.History.Validations)
        {
            (double accuracy, double loss) = (validation.Result.Accuracy, validation.Result.Loss);
            bool isBetter = accuracy > expected.Result.Accuracy || (accuracy == expected.Result.Accuracy && loss < expected.Result.Loss);
            expected = isBetter ? validation : expected;
        }

        Assert.Same(expected, fit.BestValidation);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_ends_the_run_with_the_error_of_the_file_system()
    {
        File.WriteAllText(folder["file"], "");
        using TinyModel model = new();
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() =>
            new Trainer(TrainingData.Options, [new ModelCheckpoint(folder[Path.Combine("file", "below")])]).Fit(model, TrainingData.Train));
        Assert.IsAssignableFrom<IOException>(thrown.InnerException);
        Assert.Contains("file", thrown.InnerException!.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private sealed class FailingSgd(IEnumerable<Parameter> parameters, double rate, int failsAt) : SGD(parameters, rate)
    {
        private int steps;

        public override Tensor step(Func<Tensor>? closure = null) => ++steps != failsAt ? base.step(closure) : throw new NotSupportedException($"step {steps}");
    }

    private sealed class FailingMetric(string method) : IMetric, IDisposable
    {
        public string Name => "failing";

        public bool IsDisposed { get; private set; }

        public void Update(Tensor output, Tensor labels) => ThrowIn(nameof(Update));

        public double Compute()
        {
            ThrowIn(nameof(Compute));
            return 0;
        }

        public void Reset()
        {
        }

        public void Dispose() => IsDisposed = true;

        private void ThrowIn(string current)
        {
            if (current == method)
            {
                throw new NotSupportedException(method);
            }
        }
    }
}
