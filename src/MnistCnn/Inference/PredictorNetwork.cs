using System.Runtime.InteropServices;
using MnistCnn.Kernels;
using MnistCnn.Serialization;

namespace MnistCnn.Inference;

/// <summary>
/// The layers of a classifier and their weights, packed once for the kernels. Immutable.
/// <code>
/// images [N, height, width]              floats 0 to 255: the division is in the weights of the first convolution
/// after each convolution [N, h, w, filters]
/// inputs of fc1                          the same memory: its columns are reordered from PyTorch's [filters, h, w]
/// </code>
/// </summary>
internal sealed unsafe class PredictorNetwork
{
    private const float PixelMaximum = 255;

    private readonly AlignedBuffer[] packed = new AlignedBuffer[6];
    private readonly AlignedBuffer[] biases = new AlignedBuffer[6];
    private readonly AlignedBuffer? transformed;

    public PredictorNetwork(ModelDescription description, IReadOnlyDictionary<string, SafetensorsTensor> weights, SimdKernels simd)
    {
        Simd = simd;
        ConvolutionShape first = new(1, description.Height, description.Width, 16, 3, 2);
        ConvolutionShape second = new(16, first.OutputHeight, first.OutputWidth, 32, 3, 2);
        ConvolutionShape third = new(32, second.OutputHeight, second.OutputWidth, 64, 3, 1);
        Convolutions = [new(Simd, first), new(Simd, second), new(Simd, third)];
        Linears = [new(Simd, third.OutputLength, 256, third.Filters), new(Simd, 256, 64), new(Simd, 64, description.ClassNames.Count)];
        for (int l = 0; l < Convolutions.Length; l++)
        {
            float[] kernel = weights[$"conv{l + 1}.weight"].ToSingles();
            Pack(l, Convolutions[l], l == 0 ? Array.ConvertAll(kernel, weight => weight / PixelMaximum) : kernel);
            SetBias(l, weights[$"conv{l + 1}.bias"]);
            if (l == 2 && WinogradConvolution.Supports(third, Simd))
            {
                Winograd = new WinogradConvolution(Simd, third, third.OutputLength);
                transformed = new AlignedBuffer(Winograd.TransformedLength);
                Winograd.Transform(Weights(l), transformed.Pointer);
            }
        }

        for (int l = 0; l < Linears.Length; l++)
        {
            Pack(Convolutions.Length + l, Linears[l], weights[$"fc{l + 1}.weight"].ToSingles());
            SetBias(Convolutions.Length + l, weights[$"fc{l + 1}.bias"]);
        }
    }

    public SimdKernels Simd { get; }

    public Convolution[] Convolutions { get; }

    /// <summary>The last convolution once more, for batches; null where its shape does not allow it.</summary>
    public WinogradConvolution? Winograd { get; }

    /// <summary>The weights of <see cref="Winograd"/>.</summary>
    public float* Transformed => transformed!.Pointer;

    public Linear[] Linears { get; }

    /// <summary>The packed weights of a layer, convolutions first.</summary>
    public float* Weights(int layer) => packed[layer].Pointer;

    /// <summary>The bias of a layer, convolutions first.</summary>
    public float* Bias(int layer) => biases[layer].Pointer;

    private void Pack(int layer, Convolution convolution, float[] kernel)
    {
        packed[layer] = new AlignedBuffer(convolution.PackedForwardLength);
        fixed (float* source = kernel)
        {
            convolution.Copy(source, packed[layer].Pointer);
        }
    }

    private void Pack(int layer, Linear linear, float[] matrix)
    {
        packed[layer] = new AlignedBuffer(linear.PackedForwardLength);
        fixed (float* source = matrix)
        {
            for (int output = 0; output < linear.Outputs;)
            {
                output = linear.Copy(output, source, packed[layer].Pointer);
            }
        }
    }

    private void SetBias(int layer, SafetensorsTensor bias)
    {
        biases[layer] = new AlignedBuffer(bias.Count + (4 * Simd.Width));
        MemoryMarshal.Cast<byte, float>(bias.Data.Span).CopyTo(new Span<float>(biases[layer].Pointer, bias.Count));
    }
}
