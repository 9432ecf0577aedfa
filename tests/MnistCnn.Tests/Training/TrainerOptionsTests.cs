using System.Globalization;
using MnistCnn.Batches;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Training;

public sealed class TrainerOptionsTests
{
    public static TheoryData<string, Func<TrainerOptions>> OutOfRange => new()
    {
        { "Epochs: expected 1 or more, found 0.", () => new TrainerOptions { Epochs = 0 } },
        { "MaxSteps: expected 1 or more, found 0.", () => new TrainerOptions { MaxSteps = 0 } },
        { "MaxTime: expected a time above zero, found 00:00:00.", () => new TrainerOptions { MaxTime = TimeSpan.Zero } },
        { "BatchSize: expected 1 or more, found 0.", () => new TrainerOptions { BatchSize = 0 } },
        { "GradientAccumulation: expected 1 or more, found -1.", () => new TrainerOptions { GradientAccumulation = -1 } },
        { "LearningRate: expected a finite number above 0, found NaN.", () => new TrainerOptions { LearningRate = double.NaN } },
        { "LearningRate: expected a finite number above 0, found 0.", () => new TrainerOptions { LearningRate = 0 } },
        { "LearningRate: expected a finite number above 0, found -0.5.", () => new TrainerOptions { LearningRate = -0.5 } },
        { "LearningRate: expected a finite number above 0, found Infinity.", () => new TrainerOptions { LearningRate = double.PositiveInfinity } },
        { "WeightDecay: expected a finite number of 0 or more, found -0.1.", () => new TrainerOptions { WeightDecay = -0.1 } },
        { "labelSmoothing: expected 0 to below 1, found 1.", () => new TrainerOptions { Loss = Loss.CrossEntropy(1) } },
        { "classWeights: expected finite numbers of 0 or more, found -0.5.",
            () => new TrainerOptions { Loss = Loss.CrossEntropy(classWeights: [1, 0, -0.5]) } },
        { "classWeights: expected finite numbers of 0 or more, found NaN.", () => new TrainerOptions { Loss = Loss.Focal(classWeights: [double.NaN]) } },
        { "gamma: expected a finite number of 0 or more, found -1.", () => new TrainerOptions { Loss = Loss.Focal(-1) } },
        { "GradientClipNorm: expected a finite number above 0, found 0.", () => new TrainerOptions { GradientClipNorm = 0 } },
        { "GradientClipValue: expected a finite number above 0, found NaN.", () => new TrainerOptions { GradientClipValue = double.NaN } },
        { "EmaDecay: expected above 0 to below 1, found 0.", () => new TrainerOptions { EmaDecay = 0 } },
        { "ValidateEverySteps: expected 1 or more, found 0.", () => new TrainerOptions { ValidateEverySteps = 0 } },
        { "ValidateEveryEpochs: expected 1 or more, found 0.", () => new TrainerOptions { ValidateEveryEpochs = 0 } },
        { "LimitTrainBatches: expected 1 or more, found 0.", () => new TrainerOptions { LimitTrainBatches = 0 } },
        { "LimitValidationBatches: expected 1 or more, found 0.", () => new TrainerOptions { LimitValidationBatches = 0 } },
        { "EvaluationBatchSize: expected 1 or more, found 0.", () => new TrainerOptions { EvaluationBatchSize = 0 } },
        { "OverfitBatches: expected 1 or more, found 0.", () => new TrainerOptions { OverfitBatches = 0 } },
        { "Threads: expected 0 or more, found -1.", () => new TrainerOptions { Threads = -1 } },
        { "Precision: expected Float32 or BFloat16Mixed, found 7.", () => new TrainerOptions { Precision = (TrainingPrecision)7 } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_is_refused_at_its_option(string message, Func<TrainerOptions> create)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(create);
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(message.Split(':')[0], thrown.ParamName);
    }

    [Fact]
    public void The_defaults_are_the_reference_recipe()
    {
        TrainerOptions options = new();
        Assert.Equal((10, 128, 0.00025, 100), (options.Epochs, options.BatchSize, options.LearningRate, options.ValidateEverySteps));
        Assert.Equal((0.0, "cross-entropy, label smoothing 0", 1, 0, 0),
            (options.WeightDecay, options.Loss.ToString(), options.GradientAccumulation, options.Seed, options.Threads));
        Assert.Same(LearningRateSchedule.Constant, options.Schedule);
        Assert.Equal(TrainingPrecision.Float32, options.Precision);
        Assert.True(options.StopOnNonFiniteLoss);
        Assert.Empty(options.Transforms);
        Assert.Null(options.EmaDecay);
        Assert.Same(TrainingRecipe.Reference, TrainingRecipe.Reference);
        Assert.Equal(2, TrainingRecipe.Fast.Epochs);
        Assert.Equal(20, TrainingRecipe.Best.Epochs);
        Assert.IsType<RandomAffine>(Assert.Single(TrainingRecipe.Best.Transforms));
    }

    [Fact]
    public void A_learning_rate_set_by_a_callback_is_checked_as_well()
    {
        using TinyModel model = new();
        LambdaCallback bad = new() { StepEnd = (context, _) => context.LearningRate = double.NaN };
        TrainerCallbackException thrown = Assert.Throws<TrainerCallbackException>(() =>
            new Trainer(TrainingData.Options, [bad]).Fit(model, TrainingData.Train));
        Assert.StartsWith("LearningRate: expected a finite number of 0 or more, found NaN.", thrown.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weight_decay_beside_an_optimizer_of_ones_own_is_refused()
    {
        using TinyModel model = new();
        TrainerOptions options = TrainingData.Options with { WeightDecay = 0.1, Optimizer = (p, lr) => TorchSharp.torch.optim.SGD(p, lr) };
        Assert.StartsWith("WeightDecay: expected 0 beside an Optimizer", Assert.Throws<ArgumentException>(() =>
            new Trainer(options).Fit(model, TrainingData.Train)).Message, StringComparison.Ordinal);
    }
}
