namespace MnistCnn.Layers;

/// <summary>A two-dimensional convolution without padding, followed by ReLU.</summary>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Height">Height of the input.</param>
/// <param name="Width">Width of the input.</param>
/// <param name="Filters">Channels of the output.</param>
/// <param name="Kernel">Height and width of the window.</param>
/// <param name="Stride">Step of the window.</param>
internal sealed record ConvolutionShape(int Channels, int Height, int Width, int Filters, int Kernel, int Stride)
{
    public int OutputHeight => ((Height - Kernel) / Stride) + 1;

    public int OutputWidth => ((Width - Kernel) / Stride) + 1;

    /// <summary>Floats of one input image.</summary>
    public int InputLength => Height * Width * Channels;

    /// <summary>Floats of one output image.</summary>
    public int OutputLength => OutputHeight * OutputWidth * Filters;

    /// <summary>Inputs of one output.</summary>
    public int Window => Kernel * Kernel * Channels;
}
