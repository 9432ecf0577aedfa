using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training.Callbacks;

public sealed class ModelCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void It_keeps_the_best_checkpoints_and_the_last()
    {
        double[] script = [0.2, 0.5, 0.1, 0.4, 0.6];
        int next = 0;
        ModelCheckpoint checkpoint = new(folder.Root) { KeepBest = 2, Monitor = new MonitoredValue("score", true, _ => script[next++]) };
        Fit(TrainingData.Options with { Epochs = 5, ValidateEveryEpochs = 1 }, checkpoint);
        Assert.Equal(["best-0000006-score-0.5000.ckpt", "best-0000015-score-0.6000.ckpt", "last.ckpt"], folder.Names);
        Assert.EndsWith("best-0000015-score-0.6000.ckpt", checkpoint.BestPath, StringComparison.Ordinal);
        Assert.Equal(2, checkpoint.BestPaths.Count);
    }

    [Fact]
    public void It_goes_on_with_the_best_ones_of_a_resumed_run()
    {
        TrainerOptions options = TrainingData.Options with { Epochs = 4, ValidateEveryEpochs = 1 };
        double[] script = [0.9, 0.1, 0.2, 0.3];
        int next = 0;
        ModelCheckpoint Checkpoint() => new(folder.Root) { Monitor = new MonitoredValue("score", true, _ => script[next++]) };
        Fit(options with { MaxSteps = 6 }, Checkpoint());
        ModelCheckpoint resumed = Checkpoint();
        Fit(options with { ResumeFrom = resumed.LastPath }, resumed);
        Assert.Equal(["best-0000003-score-0.9000.ckpt", "last.ckpt"], folder.Names);
        Assert.Equal(4, next);
    }

    [Fact]
    public void It_saves_every_so_many_steps_after_all_other_callbacks_saw_the_step()
    {
        ModelCheckpoint checkpoint = new(folder.Root) { EverySteps = 2, KeepBest = 0, SaveLast = false };
        CountingCallback counting = new();
        Fit(TrainingData.Options with { MaxSteps = 5 }, checkpoint, counting);
        CountingCallback resumed = new();
        Fit(TrainingData.Options with { ResumeFrom = checkpoint.LastPath }, resumed);
        Assert.Equal(5, counting.Steps);
        Assert.Equal(6, resumed.Steps);
        Assert.Equal(["last.ckpt"], folder.Names);
    }

    [Fact]
    public void The_last_checkpoint_is_saved_before_the_best_weights_are_restored()
    {
        double[] script = [1, 2, 2, 2];
        int next = 0;
        EarlyStopping stopping = new(2, monitor: new MonitoredValue("score", false, _ => script[next++]));
        using TinyModel model = new();
        FitResult result = new Trainer(TrainingData.Options with { Epochs = 4, ValidateEveryEpochs = 1 },
            [new ModelCheckpoint(folder.Root) { KeepBest = 0 }, stopping])
            .Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal(StopReason.EarlyStopped, result.StopReason);
        using TinyModel resumed = new();
        new Trainer(TrainingData.Options with { Epochs = 3, ResumeFrom = folder["last.ckpt"] }).Fit(resumed, TrainingData.Train);
        Assert.NotEqual(TrainingData.Weights(model), TrainingData.Weights(resumed));
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        Assert.Equal("KeepBest", Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("x") { KeepBest = -1 }).ParamName);
        Assert.Equal("EverySteps", Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("x") { EverySteps = 0 }).ParamName);
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint(" "));
    }

    public void Dispose() => folder.Dispose();

    private static void Fit(TrainerOptions options, params ITrainerCallback[] callbacks)
    {
        using TinyModel model = new();
        new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
    }

    private sealed class CountingCallback : TrainerCallback
    {
        public long Steps { get; private set; }

        public override string? StateKey => "counting";

        public override void OnStepEnd(TrainerContext context, StepResult step) => Steps++;

        public override void SaveState(CallbackState state) => state.Set("steps", Steps);

        public override void LoadState(CallbackState state) => Steps = state.GetInt64("steps") ?? 0;
    }
}
