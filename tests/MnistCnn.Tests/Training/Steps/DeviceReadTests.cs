using Microsoft.Extensions.Logging.Abstractions;
using MnistCnn.Metrics;
using MnistCnn.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>
/// What a run reads from its device. libtorch's meta device stands in for a GPU: its tensors have shapes and no numbers, so that whoever reads one fails.
/// </summary>
public sealed class DeviceReadTests
{
    private static readonly Device Numberless = new(DeviceType.META);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Steps_whose_figures_nobody_asks_for_read_nothing(int accumulation)
    {
        using TinyModel model = new();
        model.to(Numberless);
        using TrainingRun run = Run(model, TrainingData.Options with { StopOnNonFiniteLoss = false, GradientAccumulation = accumulation, EmaDecay = 0.9 });
        Step(run);
        Assert.True(run.Progress.TrainedGlobalSteps >= 1);
        Assert.ThrowsAny<Exception>(() => run.Progress.Figures.Loss);
    }

    [Fact]
    public void A_loss_that_is_to_be_finite_is_read()
    {
        using TinyModel model = new();
        model.to(Numberless);
        using TrainingRun run = Run(model, TrainingData.Options);
        Assert.ThrowsAny<Exception>(() => Step(run));
    }

    [Fact]
    public void Loss_and_hits_are_read_together()
    {
        using Tensor loss = tensor(3.25f), hits = tensor(16_777_215L);
        Assert.Equal((3.25, 16_777_215L), BatchFigures.Read(loss, hits));
    }

    [Fact]
    public void Sums_have_64_bits_but_on_a_device_that_has_no_such_numbers()
    {
        Assert.Equal(ScalarType.Float32, MetricInput.SumTypeOn(new Device(DeviceType.MPS)));
        Assert.Equal(ScalarType.Float64, MetricInput.SumTypeOn(CPU));
        Assert.Equal(ScalarType.Float64, MetricInput.SumTypeOn(new Device(DeviceType.CUDA, 0)));
    }

    private static TrainingRun Run(TinyModel model, TrainerOptions options) =>
        new(options, [], NullLogger.Instance, model, TrainingData.Train, null, Numberless, TestContext.Current.CancellationToken);

    private static void Step(TrainingRun run)
    {
        run.Start();
        run.StartEpoch();
        using IEnumerator<RunBatch> batches = run.RemainingBatches();
        using DisposeScope scope = NewDisposeScope();
        run.StartStep();
        BatchFigures outcome = run.ComputeGradients(batches);
        Assert.True(run.ShouldUpdate(outcome));
        run.Update();
        run.EndStep(outcome);
    }
}
