namespace MnistCnn.Kernels;

/// <summary>The network: convolutions, each with ReLU, then linear layers with ReLU between.</summary>
/// <param name="Convolutions">Each takes the output of the one before.</param>
/// <param name="Widths">Inputs of the first linear layer (the flattened output of the last convolution), outputs of each, the last the classes.</param>
internal sealed record CnnShape(IReadOnlyList<ConvolutionShape> Convolutions, IReadOnlyList<int> Widths)
{
    public int Classes => Widths[^1];

    /// <summary>Weight and bias of each layer, in order.</summary>
    public int ParameterCount => 2 * (Convolutions.Count + Widths.Count - 1);
}
