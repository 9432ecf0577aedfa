using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>Copies the weights of a <see cref="Linear"/> layer from PyTorch's layout to that of the kernels, or back. Immutable.</summary>
/// <param name="input">The layer's input.</param>
/// <param name="outputs">Its outputs.</param>
/// <param name="panel">Columns of a panel.</param>
internal sealed unsafe class LinearWeights(MapLayout input, int outputs, int panel)
{
    /// <summary>Copies a panel.</summary>
    public void Copy(float* tensor, float* packed, bool packing, int part)
    {
        (int channels, int pixels, int pixelStride) = input.Shape.IsVector ? (1, input.Inputs, 1)
            : (input.Shape.Channels, input.Shape.Height * input.Shape.Width, input.PixelStride);
        int output = part * panel, columns = Math.Min(panel, outputs - output);
        for (int c = 0; c < channels; c++)
        {
            float* outside = tensor + ((nint)output * channels + c) * pixels, inside = packed + (nint)output * input.Inputs + c * panel;
            if (packing)
            {
                Transposition.Run(outside, channels * pixels, columns, pixels, inside, pixelStride * panel);
            }
            else
            {
                Transposition.Run(inside, pixelStride * panel, pixels, columns, outside, channels * pixels);
            }
        }
    }
}
