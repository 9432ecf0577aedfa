using MnistCnn.Serialization;
using MnistCnn.Training.Callbacks;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Checkpoints that do not fit are refused by name, and change nothing.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Checkpoint => Path.Combine(folder.Root, "run", "last.ckpt");

    public static TheoryData<string, string> Differences => new()
    {
        { "BatchSize", "option.BatchSize: expected '16', found '32'" },
        { "LearningRate", "option.LearningRate: expected '0.02', found '0.01'" },
        { "Schedule", "option.Schedule: expected" },
        { "Seed", "option.Seed: expected '7', found '0'" },
        { "GradientAccumulation", "option.GradientAccumulation: expected '2', found '1'" },
        { "WeightDecay", "option.WeightDecay: expected '0.1', found '0'" },
        { "Loss", "option.Loss: expected" },
        { "BalancedSampling", "option.BalancedSampling: expected 'True', found 'False'" },
        { "GradientClipNorm", "option.GradientClipNorm: expected '0.5', found 'none'" },
        { "GradientClipValue", "option.GradientClipValue: expected '0.5', found 'none'" },
        { "Transforms", "option.Transforms: expected" },
        { "LimitTrainBatches", "option.LimitTrainBatches: expected '9', found 'none'" },
        { "OverfitBatches", "option.OverfitBatches: expected '9', found 'none'" },
        { "EmaDecay", "option.EmaDecay: expected '0.99', found 'none'" },
        { "Optimizer", "expected 'SGD', but found 'Adam'" },
        { "Data", "option.training data: expected '70 images" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Resuming_with_an_option_that_changes_the_run_is_refused_and_leaves_the_model_alone(string option, string message)
    {
        Save();
        TrainerOptions options = (option switch
        {
            "BatchSize" => TrainingData.Options with { BatchSize = 16 },
            "LearningRate" => TrainingData.Options with { LearningRate = 0.02 },
            "Schedule" => TrainingData.Options with { Schedule = LearningRateSchedule.Cosine() },
            "Seed" => TrainingData.Options with { Seed = 7 },
            "GradientAccumulation" => TrainingData.Options with { GradientAccumulation = 2 },
            "WeightDecay" => TrainingData.Options with { WeightDecay = 0.1 },
            "Loss" => TrainingData.Options with { Loss = Loss.CrossEntropy(0.1) },
            "BalancedSampling" => TrainingData.Options with { BalancedSampling = true },
            "GradientClipNorm" => TrainingData.Options with { GradientClipNorm = 0.5 },
            "GradientClipValue" => TrainingData.Options with { GradientClipValue = 0.5 },
            "Transforms" => TrainingData.Options with { Transforms = [new MnistCnn.Batches.RandomAffine()] },
            "LimitTrainBatches" => TrainingData.Options with { LimitTrainBatches = 9 },
            "OverfitBatches" => TrainingData.Options with { OverfitBatches = 9 },
            "EmaDecay" => TrainingData.Options with { EmaDecay = 0.99 },
            "Optimizer" => TrainingData.Options with { Optimizer = (p, lr) => optim.SGD(p, lr, momentum: 0.9) },
            _ => TrainingData.Options,
        }) with
        { ResumeFrom = Checkpoint };
        IMnistDataset train = option == "Data" ? new SyntheticDigits(70, seed: 1) : TrainingData.Train;
        AssertRefused<CheckpointFormatException>(options, train, message);
    }

    [Fact]
    public void Another_model_is_refused_by_the_names_of_its_tensors()
    {
        Save();
        using TinyModel model = new(classes: 12);
        CheckpointFormatException thrown = Assert.Throws<CheckpointFormatException>(
            () => new Trainer(TrainingData.Options with { ResumeFrom = Checkpoint }).Fit(model, TrainingData.Train));
        Assert.Contains("linear.weight", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(Checkpoint, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        Save();
        byte[] good = File.ReadAllBytes(Checkpoint);
        Random random = new(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Checkpoint, bad);
            AssertRefused<CheckpointFormatException>(TrainingData.Options with { ResumeFrom = Checkpoint }, TrainingData.Train, Checkpoint);
        }
    }

    [Fact]
    public void A_cut_file_is_refused()
    {
        Save();
        byte[] good = File.ReadAllBytes(Checkpoint);
        foreach (int length in new[] { 0, 1, 7, 8, 100, good.Length / 2, good.Length - 1 })
        {
            File.WriteAllBytes(Checkpoint, good[..length]);
            AssertRefused<CheckpointFormatException>(TrainingData.Options with { ResumeFrom = Checkpoint }, TrainingData.Train, Checkpoint);
        }
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        AssertRefused<IOException>(TrainingData.Options with { ResumeFrom = Path.Combine(folder.Root, "nothing.ckpt") }, TrainingData.Train, "nothing.ckpt");
        AssertRefused<CheckpointFormatException>(TrainingData.Options with { ResumeFrom = folder.Root }, TrainingData.Train, "expected a file, found a folder");
    }

    [Fact]
    public void A_step_under_way_cannot_be_saved()
    {
        using TinyModel model = new();
        LambdaCallback early = new() { BeforeOptimizerStep = context => context.SaveCheckpoint(Checkpoint) };
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() =>
            new Trainer(TrainingData.Options, [early]).Fit(model, TrainingData.Train));
        Assert.Contains("step 1 of epoch 1 is under way", thrown.InnerException!.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Checkpoint));
    }

    [Fact]
    public void A_run_that_fails_between_steps_still_saves_its_last_checkpoint()
    {
        using TinyModel model = new();
        LambdaCallback failing = new() { StepStart = context => _ = context.GlobalStep < 3 ? 0 : throw new InvalidOperationException("broken") };
        Assert.Throws<TrainerCallbackException>(() => new Trainer(TrainingData.Options, [failing, Saver()]).Fit(model, TrainingData.Train));
        using TinyModel resumed = new();
        FitResult rest = new Trainer(TrainingData.Options with { ResumeFrom = Checkpoint }).Fit(resumed, TrainingData.Train);
        using TinyModel whole = new();
        new Trainer(TrainingData.Options).Fit(whole, TrainingData.Train);
        Assert.Equal(TrainingData.Weights(whole), TrainingData.Weights(resumed));
    }

    [Fact]
    public void Two_callbacks_with_one_state_key_are_refused()
    {
        using TinyModel model = new();
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Trainer(TrainingData.Options, [new EarlyStopping(), new EarlyStopping(3)])
            .Fit(model, TrainingData.Train));
        Assert.Contains("'early_stopping.val_loss' 2 times", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_leaks_when_a_checkpoint_is_saved_loaded_or_refused()
    {
        using TinyModel model = new();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TrainerOptions options = TrainingData.Options with { EmaDecay = 0.9, Epochs = 4 };
        new Trainer(options, [Saver(), new EarlyStopping()]).Fit(model, TrainingData.Train, TrainingData.Validation);
        new Trainer(options with { ResumeFrom = Checkpoint }, [Saver(), new EarlyStopping()]).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Throws<CheckpointFormatException>(() => new Trainer(options with { ResumeFrom = Checkpoint, Seed = 9 }).Fit(model, TrainingData.Train));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => folder.Dispose();

    private static void AssertRefused<T>(TrainerOptions options, IMnistDataset train, string message)
        where T : Exception
    {
        using TinyModel model = new(seed: 5);
        byte[] before = TrainingData.Weights(model);
        RecordingCallback recorder = new();
        T thrown = Assert.ThrowsAny<T>(() => new Trainer(options, [recorder]).Fit(model, train));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainingData.Weights(model));
        Assert.Empty(recorder.Hooks);
    }

    private ModelCheckpoint Saver() => new(Path.GetDirectoryName(Checkpoint)!);

    private void Save()
    {
        using TinyModel model = new();
        new Trainer(TrainingData.Options with { MaxSteps = 4 }, [Saver()]).Fit(model, TrainingData.Train);
    }
}
