namespace MnistCnn.Networks;

/// <summary>The reference network: the only place where its layers are written down.</summary>
internal static class ReferenceNetwork
{
    /// <summary>The smallest image side of which the convolutions leave a pixel.</summary>
    public static int SmallestSide { get; } = Convolutions(new(1, 99, 99)).Build().Layers.OfType<ConvolutionDescription>().Reverse()
        .Aggregate(1, (side, convolution) => (side - 1) * convolution.Stride + convolution.Kernel);

    /// <summary>The network for images and classes of some sizes.</summary>
    public static NetworkDescription Create(int height, int width, int classes, bool softmax = false)
    {
        NetworkBuilder network = Convolutions(new(1, height, width)).Flatten().Linear("fc1", 256).Relu("relu4").Linear("fc2", 64).Relu("relu5")
            .Linear("fc3", classes);
        return (softmax ? network.Softmax() : network).Build();
    }

    /// <summary>Whether a network is this one, the names of its layers included.</summary>
    public static bool Is(NetworkDescription network) => network.Input is { Channels: 1 } input && Math.Min(input.Height, input.Width) >= SmallestSide
        && network.Layers.SequenceEqual(Create(input.Height, input.Width, network.Classes, network.EndsWithSoftmax).Layers);

    private static NetworkBuilder Convolutions(MapShape input) => new NetworkBuilder(input)
        .Convolution("conv1", 16, 3, stride: 2).Relu("relu1")
        .Convolution("conv2", 32, 3, stride: 2).Relu("relu2")
        .Convolution("conv3", 64, 3).Relu("relu3");
}
