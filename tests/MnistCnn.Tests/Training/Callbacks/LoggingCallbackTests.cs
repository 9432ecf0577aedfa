using System.Globalization;
using MnistCnn.Metrics;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training.Callbacks;

public sealed class LoggingCallbackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ListLogger logger = new();

    [Fact]
    public void StepLogger_writes_the_reference_format_whatever_the_culture()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        Fit(TrainingData.Options, new StepLogger(logger, 2));
        Assert.Equal(2, logger.Lines.Count);
        Assert.All(logger.Lines, line =>
            Assert.Matches(@"^epoch: [12]/2 \| step: 2/3 \| trn loss: \d\.\d{4} \| val loss: \d\.\d{4} \| trn_acc: \d\.\d{4} \| val_acc: \d\.\d{4}$", line));
    }

    [Fact]
    public void CsvLogger_writes_a_row_every_so_many_steps_and_one_at_the_end_of_each_epoch()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        Fit(TrainingData.Options, new CsvLogger(folder["h.csv"], 2));
        string[] rows = File.ReadAllLines(folder["h.csv"]);
        Assert.Equal("epoch,step,global_step,learning_rate,trn_loss,trn_acc,val_loss,val_acc", rows[0]);
        Assert.Equal(["1,2,2", "1,3,3", "2,2,5", "2,3,6"], rows[1..].Select(r => string.Join(',', r.Split(',')[..3])));
        Assert.All(rows[1..], r => Assert.Equal(8, r.Split(',').Length));
        Assert.All([rows[1], rows[3]], r => Assert.Matches(@"^\d,2,\d,0\.01,\d\.\d{6},\d\.\d{6},\d\.\d{6},\d\.\d{6}$", r));
        Assert.EndsWith(",,", rows[2], StringComparison.Ordinal);
        Assert.Matches(@",\d\.\d{6},\d\.\d{6}$", rows[4]); // the validation at the end of the run
    }

    [Fact]
    public void CsvLogger_shows_a_validation_at_the_end_of_an_epoch_in_its_last_row()
    {
        Fit(TrainingData.Options with { ValidateEveryEpochs = 1 }, new CsvLogger(folder["h.csv"]));
        Assert.All(File.ReadAllLines(folder["h.csv"])[1..], r => Assert.DoesNotContain(",,", r, StringComparison.Ordinal));
    }

    [Fact]
    public void CsvLogger_of_a_resumed_run_drops_the_rows_after_its_step_and_goes_on()
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 4 };
        Fit(options, new CsvLogger(folder["whole.csv"], 1));
        ModelCheckpoint checkpoint = new(folder.Root) { EverySteps = 4, SaveLast = false, KeepBest = 0 };
        Fit(options with { MaxSteps = 7 }, new CsvLogger(folder["h.csv"], 1), checkpoint);
        Assert.Equal(8, File.ReadAllLines(folder["h.csv"]).Length);
        Fit(options with { ResumeFrom = checkpoint.LastPath }, new CsvLogger(folder["h.csv"], 1));
        Assert.Equal(File.ReadAllText(folder["whole.csv"]), File.ReadAllText(folder["h.csv"]));
    }

    /// <summary>A process that is killed leaves the checkpoint of its last step, and a row of its epoch that lacks the validation or was cut.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("2,1,4,0.0")]
    [InlineData("2,1,1")]
    public void CsvLogger_of_a_run_killed_after_the_checkpoint_of_an_epochs_last_step_keeps_that_epochs_row(string torn)
    {
        TrainerOptions options = TrainingData.Options with { ValidateEveryEpochs = 1 };
        Fit(options, new CsvLogger(folder["whole.csv"]));
        string atTheKill = "";
        LambdaCallback kill = new()
        {
            StepEnd = (context, step) =>
            {
                if (step.GlobalStep == 3)
                {
                    context.SaveCheckpoint(folder["kill.ckpt"]);
                    atTheKill = File.ReadAllText(folder["h.csv"]);
                }
            },
        };
        Fit(options, new CsvLogger(folder["h.csv"]), kill);
        File.WriteAllText(folder["h.csv"], atTheKill + torn);
        Fit(options with { ResumeFrom = folder["kill.ckpt"] }, new CsvLogger(folder["h.csv"]));
        Assert.Equal(3, File.ReadAllLines(folder["whole.csv"]).Length);
        Assert.Equal(File.ReadAllText(folder["whole.csv"]), File.ReadAllText(folder["h.csv"]));
    }

    [Fact]
    public void ProgressReporter_reports_steps_validations_and_what_remains()
    {
        Reports reports = new();
        Fit(TrainingData.Options, new ProgressReporter(reports, everySteps: 3));
        Assert.Equal([(1, 2), (1, 3), (2, 2), (2, 3), (2, 3)], reports.All.Select(p => (p.Epoch, p.Step)));
        Assert.Equal((6L, 6L, 1.0, TimeSpan.Zero), (reports.All[^1].GlobalStep, reports.All[^1].TotalSteps, reports.All[^1].Fraction,
            reports.All[^1].Remaining));
        Assert.All(reports.All, p => Assert.True(p.ImagesPerSecond > 0 && p.Elapsed > TimeSpan.Zero && p.LastValidation is not null));
    }

    [Fact]
    public void TensorBoardLogger_writes_an_event_file()
    {
        Fit(TrainingData.Options with { Metrics = () => [new AccuracyMetric(3)] }, new TensorBoardLogger(folder.Root, 1));
        string name = Assert.Single(folder.Names);
        byte[] events = File.ReadAllBytes(folder[name]);
        foreach (string tag in new[] { "train/loss", "learning_rate", "validation/accuracy", "validation/top3_accuracy" })
        {
            Assert.True(events.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(tag)) > 0, tag);
        }
    }

    [Fact]
    public void The_monitors_log_learning_rate_throughput_and_parameters()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        ThroughputMonitor throughput = new(logger);
        Fit(TrainingData.Options with { Epochs = 1 }, new LearningRateMonitor(logger, 3), throughput, new ModelSummary(logger));
        Assert.Equal("linear.weight [10, 784] 7840", logger.Lines[0]);
        Assert.Equal("TinyModel: 7850 parameters, 7850 of them trained", logger.Lines[2]);
        Assert.Equal("epoch: 1/1 | step: 3/3 | learning rate: 0.01", logger.Lines[3]);
        Assert.Matches(@"^epoch: 1/1 \| \d+ images/s$", logger.Lines[4]);
        Assert.True(throughput.ImagesPerSecond > 0);
    }

    [Fact]
    public void ReduceLearningRateOnPlateau_scales_the_rate_down_to_its_least_value()
    {
        using TinyModel model = new();
        ReduceLearningRateOnPlateau plateau = new(0.1, patience: 1, minDelta: 100, minLearningRate: 0.0005);
        FitResult result = new Trainer(TrainingData.Options with { Epochs = 5, ValidateEveryEpochs = 1, LimitTrainBatches = 1 }, [plateau])
            .Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal([0.01, 0.01, 0.001, 0.0005, 0.0005], result.History.Steps.Select(s => Math.Round(s.LearningRate, 9)));
    }

    [Fact]
    public void A_lambda_callback_is_called_in_the_hooks_that_it_sets_and_asks_for_no_gradients_otherwise()
    {
        List<string> hooks = [];
        LambdaCallback callback = new()
        {
            FitStart = _ => hooks.Add("start"),
            EpochEnd = (_, epoch) => hooks.Add($"epoch {epoch.Epoch}"),
            FitEnd = (_, result) => hooks.Add($"{result.StopReason}")
        };
        Fit(TrainingData.Options, callback);
        Assert.Equal(["start", "epoch 1", "epoch 2", "Completed"], hooks);
        Assert.False(new CallbackList([callback], logger).WantGradients);
        Assert.False(new CallbackList([new StepLogger(logger)], logger).WantGradients);
        Assert.True(new CallbackList([new LambdaCallback { BeforeOptimizerStep = _ => { } }], logger).WantGradients);
        Assert.True(new CallbackList([new RecordingCallback()], logger).WantGradients);
    }

    public void Dispose() => folder.Dispose();

    private static void Fit(TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
    }

    private sealed class Reports : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> All { get; } = [];

        public void Report(TrainingProgress value) => All.Add(value);
    }
}
