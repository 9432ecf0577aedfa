using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

/// <summary>When a run validates and when it logs a line.</summary>
public sealed class ValidationCadenceTests : IDisposable
{
    /// <summary>Epochs of three steps, shorter than the 100 of the defaults.</summary>
    private static readonly TrainerOptions Short = TrainingData.Options with { ValidateEverySteps = 100 };

    private readonly ListLogger logger = new();
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void An_epoch_shorter_than_the_cadence_is_validated_and_logged_at_its_end()
    {
        FitResult result = Fit(Short, new StepLogger(logger), new LearningRateMonitor(logger));
        Assert.Equal([3L, 6L], Validated(result));
        string[] lines = [.. logger.Lines.Skip(2)]; // after the device, and which way the steps run
        Assert.Equal(4, lines.Length);
        Assert.All([0, 2], i => Assert.Matches($@"^epoch: {1 + i / 2}/2 \| step: 3/3 \| trn loss: \S+ \| val loss: \S+ \| trn_acc: \S+ \| val_acc: \S+$",
            lines[i]));
        Assert.All([1, 3], i => Assert.EndsWith("learning rate: 0.01", lines[i], StringComparison.Ordinal));
    }

    [Fact]
    public void The_reference_job_logs_its_40_lines_and_validates_once_more_at_its_end()
    {
        using TinyModel model = new();
        TrainerOptions reference = new() { BatchSize = 1, Device = TorchSharp.torch.CPU, Threads = 1 }; // 469 steps in each of 10 epochs
        FitResult result = new Trainer(reference, [new StepLogger(logger)]).Fit(model, new SyntheticDigits(469), TrainingData.Validation);
        Assert.Equal(Enumerable.Range(1, 10).SelectMany(epoch => new[] { 100, 200, 300, 400 }.Select(step => $"epoch: {epoch}/10 | step: {step}/469")),
            logger.Lines.Select(line => line[..line.IndexOf(" | trn", StringComparison.Ordinal)]));
        Assert.All(logger.Lines, line => Assert.Contains("val_acc", line, StringComparison.Ordinal));
        Assert.Equal(41, result.History.Validations.Count);
        Assert.Equal(4690, result.LastValidation!.GlobalStep);
    }

    [Theory]
    [InlineData("completed", StopReason.Completed, 2L, 5L, 6L)]
    [InlineData("limit", StopReason.LimitReached, 2L, 4L)]
    [InlineData("requested", StopReason.RequestedByCallback, 2L, 4L)]
    [InlineData("requested before a step", StopReason.RequestedByCallback, 2L, 3L)]
    [InlineData("canceled", StopReason.Canceled, 2L)]
    [InlineData("NaN", StopReason.NonFiniteLoss, 2L)]
    public void Weights_that_were_not_validated_are_validated_once_at_the_end(string ending, StopReason reason, params long[] validated)
    {
        using TinyModel model = new();
        using CancellationTokenSource source = new();
        LambdaCallback end = new()
        {
            StepStart = context =>
            {
                switch (context.GlobalStep == 4 ? ending : "")
                {
                    case "canceled": source.Cancel(); break;
                    case "requested before a step": context.RequestStop("enough"); break;
                    case "NaN": model.OnForward = logits => logits * double.NaN; break;
                }
            },
            StepEnd = (context, step) =>
            {
                if (step.GlobalStep == 4 && ending == "requested")
                {
                    context.RequestStop("enough");
                }
            },
        };
        TrainerOptions options = TrainingData.Options with { MaxSteps = ending == "limit" ? 4 : null };
        FitResult result = new Trainer(options, [end]).Fit(model, TrainingData.Train, TrainingData.Validation, source.Token);
        Assert.Equal(reason, result.StopReason);
        Assert.Equal(validated, Validated(result));
        Assert.Equal((int)((validated[^1] - 1) % 3) + 1, result.LastValidation!.Step);
    }

    [Fact]
    public void A_failed_run_is_not_validated_at_its_end()
    {
        RecordingCallback recorder = new(then: (hook, _) => Assert.NotEqual("StepEnd 1", hook));
        Assert.Throws<TrainerCallbackException>(() => Fit(Short, recorder));
        Assert.DoesNotContain("ValidationStart", recorder.Hooks);
    }

    [Fact]
    public void The_validation_at_the_end_is_of_the_weights_that_the_model_is_left_with()
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 6, EmaDecay = 0.9 };
        using TinyModel model = new();
        Trainer trainer = new(options);
        FitResult result = trainer.Fit(model, TrainingData.Train, TrainingData.Validation);
        EvaluationResult evaluated = trainer.Evaluate(model, TrainingData.Validation);
        Assert.Equal((18L, evaluated.Loss, evaluated.Accuracy),
            (result.LastValidation!.GlobalStep, result.LastValidation.Result.Loss, result.LastValidation.Result.Accuracy));
    }

    [Fact]
    public void Canceling_the_validation_at_the_end_gives_it_up()
    {
        using TinyModel model = new();
        using CancellationTokenSource source = new();
        LambdaCallback cancel = new() { ValidationStart = context => (context.GlobalStep == 6 ? source : null)?.Cancel() };
        FitResult result = new Trainer(TrainingData.Options, [cancel]).Fit(model, TrainingData.Train, TrainingData.Validation, source.Token);
        Assert.Equal((StopReason.Canceled, "Canceled during the validation at the end; all epochs were trained."), (result.StopReason, result.StopMessage));
        Assert.Equal([2L, 5L], Validated(result));
    }

    [Fact]
    public void The_validation_at_the_end_can_be_the_best_and_stops_nothing()
    {
        double[] script = [3, 4, 2];
        int next = 0;
        EarlyStopping stopping = new(patience: 10, monitor: new MonitoredValue("score", false, _ => script[next++]));
        Assert.Equal(StopReason.Completed, Fit(TrainingData.Options, stopping).StopReason);
        Assert.Equal(2, stopping.Best);
        LambdaCallback late = new()
        {
            ValidationEnd = (context, _) =>
            context.RequestStop(context.GlobalStep == 6 ? "too late" : throw new InvalidOperationException())
        };
        Assert.Equal((StopReason.Completed, "All epochs were trained."),
            Fit(TrainingData.Options with { ValidateEveryEpochs = 3 }, late) is var result ? (result.StopReason, result.StopMessage) : default);
    }

    [Fact]
    public void A_resumed_run_that_has_nothing_left_is_not_validated_again()
    {
        Fit(TrainingData.Options, new ModelCheckpoint(folder.Root));
        FitResult resumed = Fit(TrainingData.Options with { ResumeFrom = folder["last.ckpt"] });
        Assert.Equal([2L, 5L, 6L], Validated(resumed));
    }

    [Fact]
    public void CsvLogger_and_ProgressReporter_show_the_validation_at_the_end()
    {
        List<TrainingProgress> reports = [];
        FitResult result = Fit(TrainingData.Options, new CsvLogger(folder["h.csv"], 2), new ProgressReporter(new Immediate(reports)));
        string[] rows = File.ReadAllLines(folder["h.csv"]);
        Assert.Equal(["1,2,2", "1,3,3", "2,2,5", "2,3,6"], rows[1..].Select(r => string.Join(',', r.Split(',')[..3])));
        Assert.EndsWith(FormattableString.Invariant($",{result.LastValidation!.Result.Loss:F6},{result.LastValidation.Result.Accuracy:F6}"), rows[^1],
            StringComparison.Ordinal);
        Assert.EndsWith(",,", rows[2], StringComparison.Ordinal);
        Assert.Equal(6, reports[^1].LastValidation!.GlobalStep);
    }

    [Theory]
    [InlineData("EarlyStopping", "nothing")]
    [InlineData("ReduceLearningRateOnPlateau", "nothing")]
    [InlineData("ModelCheckpoint", "nothing")]
    public void A_callback_whose_number_no_validation_gave_says_so_once(string callback, string value)
    {
        MonitoredValue nothing = new(value, true, _ => double.NaN);
        ITrainerCallback watching = callback switch
        {
            "EarlyStopping" => new EarlyStopping(monitor: nothing),
            "ModelCheckpoint" => new ModelCheckpoint(folder.Root) { Monitor = nothing },
            _ => new ReduceLearningRateOnPlateau(monitor: nothing),
        };
        Fit(TrainingData.Options, watching);
        Assert.Equal([$"{callback} had nothing to compare: no validation of the run gave a number for {value}"], logger.Lines.Skip(2));
    }

    [Fact]
    public void A_callback_that_saw_its_number_says_nothing_and_neither_does_one_that_keeps_no_best()
    {
        Fit(TrainingData.Options, new EarlyStopping(), new ReduceLearningRateOnPlateau(), new ModelCheckpoint(folder.Root));
        using TinyModel model = new();
        new Trainer(Short, [new ModelCheckpoint(folder.Root) { KeepBest = 0 }], logger).Fit(model, TrainingData.Train);
        Assert.DoesNotContain(logger.Lines, line => line.Contains("nothing to compare", StringComparison.Ordinal));
        new Trainer(Short, [new ModelCheckpoint(folder.Root)], logger).Fit(model, TrainingData.Train);
        Assert.Contains(logger.Lines, line => line.StartsWith("ModelCheckpoint had nothing to compare", StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<long> Validated(FitResult result) => result.History.Validations.Select(v => v.GlobalStep);

    private FitResult Fit(TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        return new Trainer(options, callbacks, logger).Fit(model, TrainingData.Train, TrainingData.Validation);
    }

    private sealed class Immediate(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
