using CsCheck;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Models;

/// <summary>A module whose forward pass the engine computes where nobody wants gradients, against libtorch's operations.</summary>
public sealed class EngineModuleTests
{
    [Fact]
    public void Logits_match_libtorchs_on_random_shapes_and_batches() =>
        Gen.Select(Gen.Int[15, 30], Gen.Int[15, 30], Gen.Int[2, 20], Gen.Int[1, 70], Gen.Int[0, 1000]).Sample(
            (height, width, classes, count, seed) =>
            {
                using DisposeScope scope = NewDisposeScope();
                CnnClassifierOptions options = new() { Height = height, Width = width, ClassCount = classes, Seed = seed };
                CnnClassifier fast = new(options), plain = new(options with { UseKernels = false });
                Tensor images = RandomWeights.Uniform(seed, count, 1, height, width);
                using IDisposable none = no_grad();
                Tensor expected = plain.forward(images), found = fast.forward(images);
                Assert.InRange((expected - found).abs().max().ToDouble(), 0, 1e-4 * expected.abs().max().ToDouble());
            },
            iter: 15,
            threads: 1);

    [Fact]
    public void Probabilities_match_as_logits_do()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax }),
            plain = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax, UseKernels = false });
        using Tensor images = RandomWeights.Uniform(1, 3, 1, 28, 28);
        using IDisposable none = no_grad();

        Assert.True(model.forward(images).allclose(plain.forward(images), rtol: 1e-4, atol: 1e-6));
    }

    [Fact]
    public void The_engine_computes_without_gradients_and_libtorch_with_them()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 }), plain = new(new CnnClassifierOptions { Seed = 1, UseKernels = false });
        using Tensor images = RandomWeights.Uniform(1, 5, 1, 28, 28);
        using Tensor graph = model.forward(images), expected = plain.forward(images);

        // Sums in another order end in other bits.
        Assert.Equal(expected.data<float>(), graph.data<float>());
        using IDisposable none = no_grad();
        using Tensor logits = model.forward(images);
        Assert.NotEqual(expected.data<float>(), logits.data<float>());
        Assert.True(logits.allclose(expected, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Images_that_are_not_contiguous_are_understood()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 }), plain = new(new CnnClassifierOptions { Seed = 1, UseKernels = false });
        using Tensor images = arange(2 * 784, ScalarType.Float32).reshape(2, 1, 28, 28).transpose(2, 3) / 1568;
        using IDisposable none = no_grad();

        Assert.True(model.forward(images).allclose(plain.forward(images), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Parameters_that_were_changed_or_replaced_are_read_again()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        using Tensor images = RandomWeights.Uniform(1, 2, 1, 28, 28);
        using IDisposable none = no_grad();
        Conv2d layer = (Conv2d)model.named_children().Single(child => child.name == "conv2").module;
        float[] before = Answer(model, images);
        layer.bias!.add_(1);
        float[] changed = Answer(model, images);
        layer.bias = nn.Parameter(zeros(32));

        Assert.NotEqual(before, changed);
        Assert.NotEqual(changed, Answer(model, images));
    }

    [Fact]
    public void Hooks_on_inner_layers_are_called()
    {
        using CnnClassifier model = new();
        using IDisposable none = no_grad();
        int calls = 0;
        ((Conv2d)model.named_children().Single(child => child.name == "conv2").module).register_forward_hook((_, _, output) =>
        {
            calls++;
            return output;
        });
        using Tensor images = RandomWeights.Uniform(1, 1, 1, 28, 28);
        model.forward(images).Dispose();

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Double_precision_runs_over_libtorch()
    {
        using CnnClassifier model = new();
        using IDisposable none = no_grad();
        model.to(ScalarType.Float64);
        using Tensor images = ones(2, 1, 28, 28, dtype: ScalarType.Float64);

        Assert.Equal(ScalarType.Float64, model.forward(images).dtype);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_go_where_they_go_in_libtorch(float value)
    {
        using IDisposable none = no_grad();
        float[][] results = [.. new[] { true, false }.Select(kernels =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 3, UseKernels = kernels });
            using Tensor images = full([3, 1, 28, 28], 0.25);
            images[1, 0, 4, 4] = value;
            return Answer(model, images);
        })];

        Assert.All(results[0].Zip(results[1]), pair => Assert.Equal(float.IsFinite(pair.Second), float.IsFinite(pair.First)));
    }

    [Fact]
    public void A_shared_model_answers_many_threads_alike()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.eval();
        using Tensor images = RandomWeights.Uniform(1, 40, 1, 28, 28);
        float[] expected = Answer(model, images);
        float[][] answers = new float[8][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() => answers[t] = Answer(model, images)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }

    [Fact]
    public void Predictions_leak_no_tensors()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        using Tensor images = RandomWeights.Uniform(1, 8, 1, 28, 28);
        using IDisposable none = no_grad();
        long live = 0;
        for (int step = 0; step < 20; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            model.forward(images);
            live = step == 5 ? DisposeScopeManager.Statistics.ThreadTotalLiveCount : live;
        }

        using DisposeScope last = NewDisposeScope();
        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount, 0, live);
    }

    private static float[] Answer(CnnClassifier model, Tensor images)
    {
        using IDisposable none = no_grad();
        using Tensor logits = model.forward(images);
        return logits.data<float>().ToArray();
    }
}
