using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// Convolution as a product of matrices whose left operand is read in place (implicit GEMM). Immutable: tables of offsets only.
/// <code>
/// images, outputs and their gradients   [N, height, width, channels]           channels-last; outputs at a stride from image to image
/// weights, as in PyTorch                [filters, channels, ky, kx]
/// packed, and their gradient            [ky, kx, channel] × [filter]           panels, see SimdKernels
/// packed for the gradient of the input  [ky', kx', filter] × [channel]         taps ordered so that those which meet one pixel are neighbours, see <see cref="TapOrder"/>
/// </code>
/// </summary>
internal sealed unsafe class Convolution
{
    private readonly SimdKernels simd;
    private readonly RowTiles image, weights;
    private readonly TileWindow[] windows;
    private readonly int[] backwardRow;

    /// <param name="simd">The kernels.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="outputStride">Floats from image to image of the outputs; no gap where null.</param>
    public Convolution(SimdKernels simd, ConvolutionShape shape, int? outputStride = null)
    {
        (this.simd, Shape, OutputStride) = (simd, shape, outputStride ?? shape.OutputLength);
        (int kernel, int channels, int filters) = (shape.Kernel, shape.Channels, shape.Filters);
        int pixels = shape.OutputHeight * shape.OutputWidth;
        // Groups of six pixels of a row alternate with the same of the next, at a constant distance: what a tall tile needs.
        int[] order = [.. Enumerable.Range(0, pixels).OrderBy(p => p % shape.OutputWidth / 6)];
        image = new RowTiles(
            [.. order.Select(p => ((p / shape.OutputWidth * shape.Width) + (p % shape.OutputWidth)) * shape.Stride * channels)], [.. order.Select(p => p * filters)]);
        int[] taps = [.. Enumerable.Range(0, shape.Window).Select(t => (t / (kernel * channels) * shape.Width * channels) + (t % (kernel * channels)))];
        weights = new RowTiles(taps, [.. Enumerable.Range(0, shape.Window).Select(t => t * Panel)]);

        TapOrder taken = new(kernel, shape.Stride);
        windows = new TileWindow[shape.Height * shape.Width];
        for (int p = 0; p < windows.Length; p++)
        {
            (int y, int height, int firstY) = taken.Meeting(p / shape.Width, shape.OutputHeight);
            (int x, int width, int firstX) = taken.Meeting(p % shape.Width, shape.OutputWidth);
            windows[p] = new(((y * shape.OutputWidth) + x) * filters, p * channels, ((firstY * kernel) + firstX) * filters, width > 0 ? height : 0, width * filters);
        }

        // Of one size after each other: the processor then foresees where their loops end.
        windows = [.. windows.OrderBy(w => w.Middle).ThenBy(w => w.Inner)];

        backwardRow = [.. Enumerable.Range(0, kernel * kernel).Select(tap => ((taken.Position(tap / kernel) * kernel) + taken.Position(tap % kernel)) * filters)];
    }

    public ConvolutionShape Shape { get; }

    /// <summary>Floats from image to image of the outputs.</summary>
    public int OutputStride { get; }

    /// <summary>Panels of the packed weights.</summary>
    public int Panels => PackedForwardLength / Shape.Window / Panel;

    public int PackedForwardLength => simd.PackedLength(Shape.Window, Shape.Filters);

    public int PackedBackwardLength => simd.PackedLength(BackwardDepth, Shape.Channels);

    private int Panel => simd.PanelWidth(Shape.Filters);

    private int BackwardDepth => Shape.Kernel * Shape.Kernel * Shape.Filters;

    /// <summary>Packs the weights for <see cref="Forward"/>, or does the reverse.</summary>
    public void Copy(float* weights, float* packed, bool packing = true)
    {
        int taps = Shape.Kernel * Shape.Kernel;
        for (int f = 0; f < Shape.Filters; f++)
        {
            float* inside = packed + (Shape.Window * (f / Panel * Panel)) + (f % Panel), outside = weights + (Shape.Window * f);
            for (int t = 0; t < Shape.Window; t++)
            {
                ref float packedWeight = ref inside[((t % taps * Shape.Channels) + (t / taps)) * Panel];
                (packedWeight, outside[t]) = packing ? (outside[t], outside[t]) : (packedWeight, packedWeight);
            }
        }
    }

    /// <summary>Packs some rows of the windows for <see cref="BackwardInput"/>, from the weights for <see cref="Forward"/>; past the caches if they are meant for another core too.</summary>
    public void PackBackward(float* packedForward, float* packed, int firstRow, int rows, bool stream)
    {
        int to = simd.PanelWidth(Shape.Channels);
        for (int f = 0; f < Shape.Filters; f += Panel)
        {
            for (int c = 0; c < Shape.Channels; c += to)
            {
                for (int tap = firstRow * Shape.Kernel; tap < (firstRow + rows) * Shape.Kernel; tap++)
                {
                    Transposition.Run(
                        packedForward + (Shape.Window * f) + (((tap * Shape.Channels) + c) * Panel), Panel, Math.Min(to, Shape.Channels - c), Math.Min(Panel, Shape.Filters - f),
                        packed + (BackwardDepth * c) + ((backwardRow[tap] + f) * to), to, stream: stream);
                }
            }
        }
    }

    /// <summary>outputs = max(0, images ∗ weights + bias).</summary>
    public void Forward(int count, float* images, float* packed, float* bias, float* outputs)
    {
        TileOperands operands = new()
        {
            AMiddle = Shape.Width * Shape.Channels, AInner = 1,
            B = packed, BMiddle = Shape.Kernel * Shape.Channels, BInner = 1,
            Outer = 1, Middle = Shape.Kernel, Inner = Shape.Kernel * Shape.Channels,
            Bias = bias, Relu = true,
        };
        for (int n = 0; n < count; n++)
        {
            operands.A = images + ((nint)n * Shape.InputLength);
            operands.C = outputs + ((nint)n * OutputStride);
            simd.Multiply(operands, image, Shape.Filters, Shape.Window);
        }
    }

    /// <summary>Gradient of the weights (packed as for <see cref="Forward"/>) from those of the outputs.</summary>
    public void BackwardWeights(int count, float* images, float* outputGradients, float* weightGradients)
    {
        TileOperands operands = new()
        {
            A = images, AOuter = Shape.InputLength, AMiddle = Shape.Stride * Shape.Width * Shape.Channels, AInner = Shape.Stride * Shape.Channels,
            BOuter = OutputStride, BMiddle = Shape.OutputWidth * Shape.Filters, BInner = Shape.Filters,
            Outer = count, Middle = Shape.OutputHeight, Inner = Shape.OutputWidth,
        };
        for (int f = 0; f < Shape.Filters; f += Panel)
        {
            operands.B = outputGradients + f;
            operands.C = weightGradients + (Shape.Window * f);
            simd.Multiply(operands, weights, Math.Min(Panel, Shape.Filters - f));
        }
    }

    /// <summary>Gradient of the bias from those of the outputs.</summary>
    public void BackwardBias(int count, float* outputGradients, float* biasGradients)
    {
        for (int n = 0; n < count; n++)
            simd.SumRows(outputGradients + ((nint)n * OutputStride), Shape.Filters, Shape.OutputHeight * Shape.OutputWidth, Shape.Filters, biasGradients, add: n > 0);
    }

    /// <summary>Gradient of the images, zero where <paramref name="gate"/> (the images themselves, if a ReLU made them; else null) is not above zero.</summary>
    /// <param name="count">Images.</param>
    /// <param name="outputGradients">Gradients of the outputs.</param>
    /// <param name="packed">From <see cref="PackBackward"/>.</param>
    /// <param name="gate">See above.</param>
    /// <param name="imageGradients">The result.</param>
    public void BackwardInput(int count, float* outputGradients, float* packed, float* gate, float* imageGradients)
    {
        TileOperands operands = new()
        {
            A = outputGradients, AMiddle = Shape.OutputWidth * Shape.Filters, AInner = 1,
            B = packed, BMiddle = Shape.Kernel * Shape.Filters, BInner = 1,
            Outer = 1, C = imageGradients, Gate = gate,
        };
        simd.Multiply(operands, RowTiles.Strided(count, OutputStride, Shape.InputLength), Shape.Channels, BackwardDepth, windows);
    }
}
