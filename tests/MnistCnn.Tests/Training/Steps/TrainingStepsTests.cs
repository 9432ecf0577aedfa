using MnistCnn.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>Which implementation a run takes, and what it says.</summary>
public sealed class TrainingStepsTests
{
    [Fact]
    public void The_path_is_logged_once_with_its_reason()
    {
        using CnnClassifier fast = new(), slow = new(new CnnClassifierOptions { UseKernels = false });
        using TinyModel tiny = new();
        using nn.Module<Tensor, Tensor> sequential = nn.Sequential(nn.Flatten(), nn.Linear(784, 10));
        Assert.Equal(["Steps run on the engine"], Lines(fast));
        Assert.Equal(["Steps run over libtorch's operations, since CnnClassifierOptions.UseKernels is false"], Lines(slow));
        Assert.Equal(["Steps run over libtorch's operations, since TinyModel does not say of which layers it is made"], Lines(tiny));
        Assert.Equal(["Steps run on the engine"], Lines(sequential));
    }

    [Fact]
    public void A_step_of_bfloat16_is_refused_where_the_processor_would_take_minutes()
    {
        BFloat16Support.ThrowIfSlow(new Device(DeviceType.CPU), hasInstructions: true);
        BFloat16Support.ThrowIfSlow(new Device(DeviceType.CUDA), hasInstructions: false);
        Assert.Contains("Precision: expected a processor with bfloat16 instructions",
            Assert.Throws<NotSupportedException>(() => BFloat16Support.ThrowIfSlow(new Device(DeviceType.CPU), hasInstructions: false)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_may_be_far_larger_than_the_data()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 }), other = new(new CnnClassifierOptions { Seed = 1 });
        TrainerOptions options = TrainingData.Options with { BatchSize = 80, LearningRate = 0.001 };
        new Trainer(options).Fit(model, TrainingData.Train);
        new Trainer(options with { BatchSize = int.MaxValue, GradientAccumulation = 3 }).Fit(other, TrainingData.Train);

        Assert.Equal(TrainingData.Weights(model), TrainingData.Weights(other));
    }

    private static IEnumerable<string> Lines(nn.Module<Tensor, Tensor> model)
    {
        ListLogger logger = new();
        new Trainer(TrainingData.Options, [], logger).Fit(model, TrainingData.Train, TrainingData.Validation);
        return logger.Lines.Where(line => line.StartsWith("Steps", StringComparison.Ordinal));
    }
}
