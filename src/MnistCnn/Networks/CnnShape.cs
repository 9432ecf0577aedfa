using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>The network: convolutions, each with ReLU, then linear layers with ReLU between.</summary>
/// <param name="Convolutions">Each takes the output of the one before.</param>
/// <param name="Widths">Inputs of the first linear layer (the flattened output of the last convolution), outputs of each, the last the classes.</param>
internal sealed record CnnShape(IReadOnlyList<ConvolutionShape> Convolutions, IReadOnlyList<int> Widths)
{
    /// <summary>The reference network, for images and classes of some sizes.</summary>
    public static CnnShape Reference(int height, int width, int classes)
    {
        ConvolutionShape first = new(1, height, width, 16, 3, 2);
        ConvolutionShape second = new(16, first.OutputHeight, first.OutputWidth, 32, 3, 2);
        ConvolutionShape third = new(32, second.OutputHeight, second.OutputWidth, 64, 3, 1);
        return new CnnShape([first, second, third], [third.OutputLength, 256, 64, classes]);
    }

    public int Classes => Widths[^1];

    /// <summary>Weight and bias of each layer, in order.</summary>
    public int ParameterCount => 2 * (Convolutions.Count + Widths.Count - 1);
}
