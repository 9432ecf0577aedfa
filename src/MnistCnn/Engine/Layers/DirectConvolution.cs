using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// Convolution as a product of matrices whose left operand is read in place (implicit GEMM). Immutable: tables of offsets only.
/// <code>
/// images, outputs and their gradients   see <see cref="MapLayout"/>
/// weights, as in PyTorch                [filters, channels, ky, kx]
/// packed, and their gradient            [ky, kx, channel] × [filter]           panels, see SimdKernels
/// packed for the gradient of the input  [ky', kx', filter] × [channel]         taps in the order of <see cref="TapOrder"/>
/// </code>
/// </summary>
internal sealed unsafe class DirectConvolution
{
    private readonly SimdKernels simd;
    private readonly MapLayout input, output;
    private readonly RowSet image, weights;
    private readonly TileWindow[] windows;
    private readonly int[] backwardRow;
    private readonly int channels, filters, kernel, stride;
    private readonly bool isInputDense, isOutputDense;

    public DirectConvolution(SimdKernels simd, ConvolutionDescription description, MapLayout input, MapLayout output)
    {
        (this.simd, this.input, this.output) = (simd, input, output);
        (channels, filters, kernel, stride) = (description.Channels, description.Filters, description.Kernel, description.Stride);
        (isInputDense, isOutputDense) = (input.PixelStride == channels, output.PixelStride == filters);
        (int height, int width, int padding) = (output.Shape.Height, output.Shape.Width, description.Padding);
        // Groups of six pixels of a row alternate with the same of the next, at a constant distance: what a tall tile needs.
        (int Y, int X)[] pixels = [.. Enumerable.Range(0, height * width).OrderBy(p => p % width / 6).Select(p => (p / width, p % width))];
        image = RowSet.Table([.. pixels.Select(p => input.Offset(p.Y * stride - padding, p.X * stride - padding))],
            [.. pixels.Select(p => output.Offset(p.Y, p.X))]);
        weights = RowSet.Table(
            [.. Enumerable.Range(0, Window).Select(t => input.Offset(t / channels / kernel - padding, t / channels % kernel - padding) + t % channels)],
            [.. Enumerable.Range(0, Window).Select(t => t * Panel)]);

        TapOrder taken = new(kernel, stride);
        List<TileWindow> found = [];
        for (int p = 0; p < input.Shape.Height * input.Shape.Width; p++)
        {
            (int pixelY, int pixelX) = Math.DivRem(p, input.Shape.Width);
            (int y, int rows, int firstY) = taken.Meeting(pixelY + padding, height);
            (int x, int columns, int firstX) = taken.Meeting(pixelX + padding, width);
            rows = columns > 0 ? rows : 0;
            (int outer, int middle, int inner) = isOutputDense ? (1, rows, columns * filters) : (rows, columns, filters);
            found.Add(new(output.Offset(y, x), input.Offset(pixelY, pixelX), (firstY * kernel + firstX) * filters, outer, middle, inner));
        }

        // Tiles of one size follow each other: the branch predictor then knows where their loops end.
        windows = [.. found.OrderBy(w => w.Outer).ThenBy(w => w.Middle).ThenBy(w => w.Inner)];
        backwardRow = [.. Enumerable.Range(0, kernel * kernel).Select(tap => (taken.Position(tap / kernel) * kernel + taken.Position(tap % kernel)) * filters)];
    }

    /// <summary>Inputs of one output.</summary>
    public int Window => kernel * kernel * channels;

    public int PackedForwardLength => simd.PackedLength(Window, filters);

    public int PackedBackwardLength => simd.PackedLength(BackwardDepth, channels);

    /// <summary>Columns of a panel of the packed weights.</summary>
    public int Panel => simd.PanelWidth(filters);

    private int BackwardDepth => kernel * kernel * filters;

    /// <summary>Packs the weights for <see cref="Forward"/>, or does the reverse.</summary>
    public void Copy(float* tensor, float* packed, bool packing, int part)
    {
        int taps = kernel * kernel;
        for (int f = 0; f < filters; f++)
        {
            float* inside = packed + f / Panel * Panel * Window + f % Panel, outside = tensor + Window * f;
            for (int t = 0; t < Window; t++)
            {
                ref float packedWeight = ref inside[(t % taps * channels + t / taps) * Panel];
                (packedWeight, outside[t]) = packing ? (outside[t], outside[t]) : (packedWeight, packedWeight);
            }
        }
    }

    /// <summary>Packs a row of the windows for <see cref="BackwardInput"/>, from the weights for <see cref="Forward"/>.</summary>
    public void PackBackward(float* packedForward, float* packed, int row)
    {
        int to = simd.PanelWidth(channels);
        for (int f = 0; f < filters; f += Panel)
        {
            for (int c = 0; c < channels; c += to)
            {
                for (int tap = row * kernel; tap < (row + 1) * kernel; tap++)
                {
                    Transposition.Run(
                        packedForward + Window * f + (tap * channels + c) * Panel, Panel, Math.Min(to, channels - c), Math.Min(Panel, filters - f),
                        packed + BackwardDepth * c + (backwardRow[tap] + f) * to, to);
                }
            }
        }
    }

    /// <summary>outputs = images ∗ weights + bias, with ReLU if asked.</summary>
    public void Forward(in LayerWork work, float* packed, float* bias, bool relu)
    {
        TileOperands operands = new() { AInner = 1, B = packed, BInner = 1, Bias = bias, Relu = relu };
        if (isInputDense)
        {
            (operands.Outer, operands.Middle, operands.Inner) = (1, kernel, kernel * channels);
            (operands.AMiddle, operands.BMiddle) = (input.Row, kernel * channels);
        }
        else
        {
            (operands.Outer, operands.Middle, operands.Inner) = (kernel, kernel, channels);
            (operands.AOuter, operands.AMiddle, operands.BOuter, operands.BMiddle) = (input.Row, input.PixelStride, kernel * channels, channels);
        }

        for (nint n = 0; n < work.Count; n++)
        {
            operands.A = work.Input + n * input.ImageStride;
            operands.C = work.Output + n * output.ImageStride;
            simd.Multiply(ref operands, image, simd.Padded(filters), Window);
        }
    }

    /// <summary>Gradient of the weights (packed as for <see cref="Forward"/>) from those of the outputs.</summary>
    public void BackwardWeights(in LayerWork work, float* weightGradients)
    {
        TileOperands operands = new()
        {
            A = work.Input,
            AOuter = input.ImageStride,
            AMiddle = stride * input.Row,
            AInner = stride * input.PixelStride,
            BOuter = output.ImageStride,
            BMiddle = output.Row,
            BInner = output.PixelStride,
            Outer = work.Count,
            Middle = output.Shape.Height,
            Inner = output.Shape.Width,
        };
        for (int f = 0; f < filters; f += Panel)
        {
            operands.B = work.OutputGradient + output.Offset(0, 0) + f;
            operands.C = weightGradients + Window * f;
            simd.Multiply(ref operands, weights, Panel);
        }
    }

    /// <summary>Gradient of the bias from those of the outputs.</summary>
    public void BackwardBias(in LayerWork work, float* biasGradients)
    {
        // Without a border rows are contiguous.
        (int rows, int pixels) = output.Border == 0 ? (1, output.Shape.Height * output.Shape.Width) : (output.Shape.Height, output.Shape.Width);
        for (nint n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows; y++)
            {
                simd.SumRows(work.OutputGradient + n * output.ImageStride + output.Offset(y, 0), output.PixelStride, pixels, output.PixelStride, biasGradients,
                    add: n + y > 0);
            }
        }
    }

    /// <summary>Gradient of the images, zero where they are not above zero if a ReLU made them.</summary>
    public void BackwardInput(in LayerWork work, float* packed, bool gate)
    {
        TileOperands operands = new()
        {
            A = work.OutputGradient,
            AOuter = output.Row,
            AMiddle = isOutputDense ? output.Row : output.PixelStride,
            AInner = 1,
            B = packed,
            BOuter = kernel * filters,
            BMiddle = isOutputDense ? kernel * filters : filters,
            BInner = 1,
            C = work.InputGradient,
            Gate = gate ? work.Input : null,
        };
        simd.Multiply(ref operands, RowSet.Strided(work.Count, output.ImageStride, input.ImageStride), simd.Padded(channels), BackwardDepth, windows);
    }
}
