using CsCheck;
using MnistCnn.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Models;

public sealed class CnnClassifierKernelTests
{
    [Fact]
    public void Gradients_of_parameters_and_images_match_autograd_on_random_shapes_and_batches() =>
        Gen.Select(Gen.Int[15, 30], Gen.Int[15, 30], Gen.Int[2, 20], Gen.Int[1, 70], Gen.Int[0, 1000])
            .Sample((height, width, classes, count, seed) => Compare(height, width, classes, count, seed), iter: 15, threads: 1);

    [Fact]
    public void Probabilities_match_as_logits_do()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax }), plain = new(new CnnClassifierOptions { Seed = 1, Output = ClassifierOutput.Softmax, UseKernels = false });
        using Tensor images = rand(3, 1, 28, 28);
        using IDisposable none = no_grad();

        Assert.True(model.forward(images).allclose(plain.forward(images), rtol: 1e-4, atol: 1e-6));
    }

    [Fact]
    public void Images_that_are_not_contiguous_and_frozen_layers_are_understood()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 }), plain = new(new CnnClassifierOptions { Seed = 1, UseKernels = false });
        foreach (CnnClassifier each in new[] { model, plain })
        {
            each.get_parameter("conv1.weight")!.requires_grad = false;
            using Tensor images = arange(2 * 784, ScalarType.Float32).reshape(2, 1, 28, 28).transpose(2, 3) / 1568;
            each.forward(images).sum().backward();
        }

        Assert.Null(model.get_parameter("conv1.weight")!.grad);
        Assert.True(model.get_parameter("conv2.weight")!.grad!.allclose(plain.get_parameter("conv2.weight")!.grad!, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Several_forward_passes_may_wait_for_their_backward_passes()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 }), plain = new(new CnnClassifierOptions { Seed = 1, UseKernels = false });
        float[][] gradients = [.. new[] { model, plain }.Select(each =>
        {
            Tensor[] losses = [.. Enumerable.Range(1, 7).Select(i => each.forward(full([i, 1, 28, 28], 0.1 * i)).square().sum())];
            foreach (Tensor loss in losses.Reverse())
            {
                loss.backward();
            }

            return each.get_parameter("fc1.weight")!.grad!.data<float>().ToArray();
        })];

        Assert.All(gradients[0].Zip(gradients[1]), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    [Fact]
    public void A_graph_that_is_retained_gives_its_gradients_again()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Tensor loss = model.forward(full([2, 1, 28, 28], 0.5)).square().sum();
        loss.backward(retain_graph: true);
        float[] once = model.get_parameter("conv1.weight")!.grad!.data<float>().ToArray();
        loss.backward();

        Assert.All(once.Zip(model.get_parameter("conv1.weight")!.grad!.data<float>()), pair => Assert.Equal(2 * pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Gradients_of_gradients_match_autograd()
    {
        float[][] gradients = [.. new[] { true, false }.Select(kernels =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, UseKernels = kernels });
            Tensor images = full([2, 1, 28, 28], 0.5, requires_grad: true);
            Tensor slope = autograd.grad([model.forward(images).sum()], [images], retain_graph: true, create_graph: true).Single();
            slope.square().sum().backward();
            return model.get_parameter("fc2.weight")!.grad!.data<float>().ToArray();
        })];

        Assert.NotEqual(0, gradients[1].Max(Math.Abs));
        Assert.All(gradients[0].Zip(gradients[1]), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void Hooks_on_inner_layers_are_called()
    {
        using CnnClassifier model = new();
        int calls = 0;
        ((Conv2d)model.named_children().Single(child => child.name == "conv2").module).register_forward_hook((_, _, output) =>
        {
            calls++;
            return output;
        });
        using Tensor images = rand(1, 1, 28, 28);
        model.forward(images).Dispose();

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Double_precision_runs_over_torch()
    {
        using CnnClassifier model = new();
        model.to(ScalarType.Float64);
        using Tensor images = rand(2, 1, 28, 28, dtype: ScalarType.Float64);

        Assert.Equal(ScalarType.Float64, model.forward(images).dtype);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_go_where_they_go_in_torch(float value)
    {
        float[][] results = [.. new[] { true, false }.Select(kernels =>
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 3, UseKernels = kernels });
            using Tensor images = full([3, 1, 28, 28], 0.25);
            images[1, 0, 4, 4] = value;
            Tensor logits = model.forward(images);
            logits.sum().backward();
            return logits.data<float>().Concat(model.get_parameter("conv1.weight")!.grad!.data<float>()).ToArray();
        })];

        Assert.All(results[0].Zip(results[1]), pair => Assert.Equal(float.IsFinite(pair.Second), float.IsFinite(pair.First)));
    }

    [Fact]
    public void A_shared_model_answers_many_threads_alike()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.eval();
        using Tensor images = rand(40, 1, 28, 28);
        float[] expected = Answer(model, images);
        float[][] answers = new float[8][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() => answers[t] = Answer(model, images)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }

    [Fact]
    public void Training_steps_leak_no_tensors()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        using Tensor images = rand(8, 1, 28, 28);
        long live = 0;
        for (int step = 0; step < 20; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            model.forward(images).square().sum().backward();
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

    private static void Compare(int height, int width, int classes, int count, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        CnnClassifierOptions options = new() { Height = height, Width = width, ClassCount = classes, Seed = seed };
        CnnClassifier fast = new(options), plain = new(options with { UseKernels = false });
        using Generator generator = new((ulong)seed);
        Tensor values = rand([count, 1, height, width], generator: generator), labels = randint(0, classes, [count], ScalarType.Int64, generator: generator);
        while (DistanceFromKink(plain, values) < 5e-7)
        {
            values = rand([count, 1, height, width], generator: generator);
        }

        Tensor[] images = [values.clone().requires_grad_(true), values.clone().requires_grad_(true)];
        Tensor[] losses = [.. new[] { fast, plain }.Select((model, i) => nn.functional.cross_entropy(model.forward(images[i]), labels))];
        Array.ForEach(losses, loss => loss.backward());

        Assert.Equal(losses[1].item<float>(), losses[0].item<float>(), 1e-5f);
        Near(images[1].grad!, images[0].grad!, "images");
        foreach ((string name, Parameter parameter) in fast.named_parameters())
        {
            Near(plain.get_parameter(name)!.grad!, parameter.grad!, name);
        }
    }

    /// <summary>The smallest magnitude of what enters a ReLU, in double precision: within rounding of zero, two correct networks may disagree on whether it passes, and so on the gradient.</summary>
    private static double DistanceFromKink(CnnClassifier model, Tensor images)
    {
        using IDisposable none = no_grad();
        Tensor[] p = [.. model.InOrder().Select(parameter => parameter.to_type(ScalarType.Float64))];
        Tensor x = images.to_type(ScalarType.Float64);
        double least = double.MaxValue;
        for (int layer = 0; layer < 5; layer++)
        {
            x = layer < 3
                ? nn.functional.conv2d(x, p[2 * layer], p[(2 * layer) + 1], strides: layer < 2 ? [2, 2] : [1, 1])
                : nn.functional.linear(x.flatten(1), p[2 * layer], p[(2 * layer) + 1]);
            least = Math.Min(least, x.abs().min().item<double>());
            x = nn.functional.relu(x);
        }

        return least;
    }

    private static void Near(Tensor expected, Tensor actual, string what)
    {
        // Half a unit in the last place of a probability near 1 is 3e-8: where gradients cancel to less, no float32 agrees with another.
        double limit = (1e-4 * expected.abs().max().ToDouble()) + 3e-8, worst = (expected - actual).abs().max().ToDouble();
        Assert.True(worst <= limit, $"{what}: expected a difference of at most {limit}, found {worst}.");
    }
}
