using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

/// <summary>
/// The gradients of every kind of layer against central differences of the loss, which libtorch computes in double precision by forward passes alone.
/// Dropout, whose mask libtorch draws itself, is not among them.
/// </summary>
public sealed class FiniteDifferenceTests
{
    private const int Images = 6;
    private const double Difference = 1e-5;

    public static TheoryData<string> Kinds => [.. Layers.Keys];

    private static Dictionary<string, Action<NetworkBuilder>> Layers { get; } = new()
    {
        ["convolution"] = network => network.Convolution("layer", 5, 3),
        ["convolution by Winograd's algorithm"] = network => network.Convolution("before", 16, 3, padding: 1).Convolution("layer", 16, 3, padding: 1),
        ["convolution with stride and padding, without bias"] = network => network.Convolution("layer", 6, 5, stride: 2, padding: 2, bias: false),
        ["linear"] = network => network.Flatten("flat").Linear("layer", 17),
        ["linear without bias"] = network => network.Flatten("flat").Linear("layer", 9, bias: false),
        ["ReLU"] = network => network.Convolution("before", 4, 3).Relu("layer"),
        ["leaky ReLU"] = network => network.Convolution("before", 4, 3).Add(new LeakyReluDescription("layer", 0.1)),
        ["maximum"] = network => network.Convolution("before", 4, 3).Add(new MaxPoolDescription("layer", 3, 2, 1)),
        ["mean"] = network => network.Convolution("before", 4, 3).Add(new AveragePoolDescription("layer", 2, 1)),
        ["mean of a channel"] = network => network.Convolution("before", 4, 3).Add(new GlobalAveragePoolDescription("layer")),
        ["batch normalisation of maps"] = network => network.Convolution("before", 4, 3)
            .Add(new BatchNormDescription("layer", 4, 1e-5, 0.1, IsOfVector: false)),
        ["batch normalisation of vectors"] = network => network.Flatten("flat").Linear("before", 8)
            .Add(new BatchNormDescription("layer", 8, 1e-5, 0.1, IsOfVector: true)),
        ["softmax"] = network => network.Flatten("flat").Linear("before", 5).Softmax("layer"),
        ["logarithm of softmax"] = network => network.Flatten("flat").Linear("before", 5).Add(new SoftmaxDescription("layer", IsLogarithm: true)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_gradients_of_a_layer_are_the_slopes_of_the_loss(string kind)
    {
        NetworkBuilder builder = new(new(2, 9, 8));
        Layers[kind](builder);
        NetworkDescription network = (kind.Contains("softmax", StringComparison.Ordinal) ? builder : builder.Flatten().Linear("last", 5)).Build();
        Random random = new(3);
        float[] images = [.. Enumerable.Range(0, Images * network.Input.Length).Select(_ => random.NextSingle() - 0.3f)];
        long[] labels = [.. Enumerable.Range(0, Images).Select(i => (long)(i % 5))];
        using TorchNetwork torch = new(network, 2);
        EngineNetwork engine = new(network, torch.Values, Images, ofImages: true);
        engine.Backward(images, labels);

        double[][] at = [.. torch.Values.Append(images).Select(values => values.Select(value => (double)value).ToArray())];
        for (int p = 0; p < at.Length; p++)
        {
            float[] gradient = p < torch.Values.Length ? engine.Gradient(p) : engine.ImageGradients(Images);
            double most = gradient.Max(Math.Abs);
            foreach (int i in Enumerable.Range(0, 12).Select(_ => random.Next(gradient.Length)))
            {
                double value = at[p][i];
                at[p][i] = value + Difference;
                double above = torch.LossAt(at[..^1], at[^1], labels);
                at[p][i] = value - Difference;
                double slope = (above - torch.LossAt(at[..^1], at[^1], labels)) / (2 * Difference);
                at[p][i] = value;
                Assert.Equal(slope, gradient[i], 1e-4 * most + 1e-6);
            }
        }
    }
}
