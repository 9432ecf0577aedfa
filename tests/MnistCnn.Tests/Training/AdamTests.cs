using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Adam = MnistCnn.Training.Adam;

namespace MnistCnn.Tests.Training;

/// <summary>
/// Alone, since torch's optimizers do not hold on to the numbers that they hand to libtorch: a collection that another test causes in that moment frees them.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class AdamTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0.01, false)]
    [InlineData(0.01, true)]
    public void A_thousand_steps_equal_those_of_torch(double weightDecay, bool decoupled)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] ours = Parameters(), theirs = Parameters();
        using Adam adam = new(ours, 0.001, weightDecay: weightDecay, decoupled: decoupled);
        using OptimizerHelper torchs = decoupled ? optim.AdamW(theirs, 0.001, weight_decay: weightDecay) : optim.Adam(theirs, 0.001, weight_decay: weightDecay);
        for (int step = 0; step < 1000; step++)
        {
            SetGradients(step, ours, theirs);
            adam.step();
            torchs.step();
        }

        Assert.All(ours.Zip(theirs), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, 1e-6f));
    }

    [Fact]
    public void A_state_that_torchs_Adam_saved_goes_on_here_and_the_other_way_round()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] ours = Parameters(), theirs = Parameters();
        using Adam adam = new(ours, 0.001);
        using TorchSharp.Modules.Adam torchs = optim.Adam(theirs, 0.001);
        for (int step = 0; step < 20; step++)
        {
            SetGradients(step, ours, theirs);
            adam.step();
            torchs.step();
            if (step == 9)
            {
                using MemoryStream first = new(), second = new();
                adam.save_state_dict(new BinaryWriter(first));
                torchs.save_state_dict(new BinaryWriter(second));
                (first.Position, second.Position) = (0, 0);
                torchs.load_state_dict(new BinaryReader(first));
                adam.load_state_dict(new BinaryReader(second));
            }
        }

        Assert.All(ours.Zip(theirs), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, 1e-6f));
    }

    [Fact]
    public void Double_precision_falls_back_on_torch()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = new(ones(5, ScalarType.Float64));
        using Adam adam = new([parameter], 0.1, weightDecay: 0.5, decoupled: true);
        parameter.grad = ones(5, ScalarType.Float64);
        adam.step();

        Assert.Equal(1 * (1 - 0.1 * 0.5) - 0.1, parameter[0].item<double>(), 1e-6);
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([], weightDecay: -1, decoupled: true));

    private static Parameter[] Parameters()
    {
        using Generator generator = new(5);
        return [new(randn([300, 70], generator: generator) / 16), new(randn([7], generator: generator)), new(randn([3, 3], generator: generator))];
    }

    private static void SetGradients(int step, Parameter[] ours, Parameter[] theirs)
    {
        using Generator generator = new((ulong)step);
        for (int p = 0; p < ours.Length; p++)
        {
            Tensor gradient = randn(ours[p].shape, generator: generator);
            (ours[p].grad, theirs[p].grad) = (gradient, gradient.clone());
        }
    }
}
