using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Models;

public sealed class CnnClassifierTests
{
    [Fact]
    public void Its_parameters_have_PyTorchs_names_and_shapes()
    {
        using CnnClassifier model = new();
        string[] found = [.. model.named_parameters().Select(p => $"{p.name} [{string.Join(",", p.parameter.shape)}]")];
        Assert.Equal(
            [
                "conv1.weight [16,1,3,3]", "conv1.bias [16]", "conv2.weight [32,16,3,3]", "conv2.bias [32]", "conv3.weight [64,32,3,3]", "conv3.bias [64]",
                "fc1.weight [256,1024]", "fc1.bias [256]", "fc2.weight [64,256]", "fc2.bias [64]", "fc3.weight [10,64]", "fc3.bias [10]",
            ],
            found);
        Assert.Equal(302_794, model.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void Its_output_equals_the_same_layers_written_out()
    {
        using DisposeScope scope = NewDisposeScope();
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 7 });
        Tensor x = RandomWeights.Uniform(1, 5, 1, 28, 28);
        Dictionary<string, Tensor> p = model.named_parameters().ToDictionary(n => n.name, n => (Tensor)n.parameter);
        Tensor y = nn.functional.relu(nn.functional.conv2d(x, p["conv1.weight"], p["conv1.bias"], [2, 2]));
        y = nn.functional.relu(nn.functional.conv2d(y, p["conv2.weight"], p["conv2.bias"], [2, 2]));
        y = nn.functional.relu(nn.functional.conv2d(y, p["conv3.weight"], p["conv3.bias"]));
        y = nn.functional.relu(nn.functional.linear(y.flatten(1), p["fc1.weight"], p["fc1.bias"]));
        y = nn.functional.relu(nn.functional.linear(y, p["fc2.weight"], p["fc2.bias"]));
        y = nn.functional.linear(y, p["fc3.weight"], p["fc3.bias"]);
        Assert.True(allclose(y, model.forward(x), rtol: 1e-5, atol: 1e-6));
    }

    [Fact]
    public void Softmax_gives_the_probabilities_of_the_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        using CnnClassifier logits = new(new CnnClassifierOptions { Seed = 7 });
        using CnnClassifier probabilities = new(new CnnClassifierOptions { Seed = 7, Output = ClassifierOutput.Softmax });
        Tensor x = RandomWeights.Uniform(1, 3, 1, 28, 28);
        Assert.True(allclose(nn.functional.softmax(logits.forward(x), 1), probabilities.forward(x), rtol: 1e-5, atol: 1e-7));
    }

    [Fact]
    public void Equal_seeds_give_equal_weights_within_the_bounds_of_PyTorchs_initialisation()
    {
        using CnnClassifier a = new(new CnnClassifierOptions { Seed = 3 });
        using CnnClassifier b = new(new CnnClassifierOptions { Seed = 3 });
        using CnnClassifier c = new(new CnnClassifierOptions { Seed = 4 });
        Assert.All(a.parameters().Zip(b.parameters()), pair => Assert.True(allclose(pair.First, pair.Second, rtol: 0, atol: 0)));
        Assert.False(allclose(a.parameters().First(), c.parameters().First(), rtol: 0, atol: 0));
        Assert.InRange(a.get_parameter("fc1.weight")!.abs().max().item<float>(), 0.99 / 32, 1.0 / 32);
        Assert.InRange(a.get_parameter("fc1.bias")!.abs().max().item<float>(), 0.9 / 32, 1.0 / 32);
    }

    [Theory]
    [InlineData(0, 1, 28, 28)]
    [InlineData(2, 3, 28, 28)]
    [InlineData(2, 1, 28, 27)]
    [InlineData(2, 1, 32, 28)]
    public void Images_of_another_shape_are_refused_with_both_shapes(int n, int c, int h, int w)
    {
        using CnnClassifier model = new();
        using Tensor x = zeros(n, c, h, w);
        ArgumentException e = Assert.Throws<ArgumentException>(() => model.forward(x));
        Assert.StartsWith($"Images: expected [N ≥ 1, 1, 28, 28], found [{n}, {c}, {h}, {w}].", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_are_refused()
    {
        using CnnClassifier model = new();
        using Tensor x = zeros([1, 1, 28, 28], ScalarType.Byte);
        Assert.Contains("expected floating-point values 0 to 1, found Byte", Assert.Throws<ArgumentException>(() => model.forward(x)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_need_not_be_square_nor_28_pixels_high()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Height = 15, Width = 40, ClassCount = 3 });
        using Tensor x = zeros(2, 1, 15, 40);
        using Tensor y = model.forward(x);
        Assert.Equal([2L, 3L], y.shape);
    }

    [Fact]
    public void Options_are_checked_when_they_are_set()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { Height = 14 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { Width = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { ClassCount = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { ClassCount = 257 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { Output = (ClassifierOutput)2 });
    }
}
