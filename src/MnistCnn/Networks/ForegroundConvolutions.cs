using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// The first two convolutions of a network, over what their images show but black: see <see cref="Foreground"/>. Immutable and thread-safe.
/// Forward, the second multiplies in each window the box around the foreground alone; what the black taps around it add comes with the bias, the same for all windows with that box.
/// Backward, all pixels of a class that see black alone have one value: one of them stands for all, with the sum of the gradients of the outputs that see them, which is the sum of all outputs'
/// gradients less what the listed pixels have of it. What is not finite has no place in such sums: <see cref="Accepts(CnnParameters)"/> and its like say when not to use this.
/// </summary>
internal sealed unsafe class ForegroundConvolutions
{
    /// <summary>Share of pixels in the foreground above which lists cost more than they save.</summary>
    public const float MostForeground = 0.625f;

    private readonly SimdKernels simd;
    private readonly Convolution first, second;
    private readonly RowTiles background, boxes, taps, channels;
    private readonly TileWindow[] tapWindows;
    private readonly TileWindow[][] classWindows;
    private readonly AlignedBuffer outside;
    private readonly (int Tap, int Offset)[][] classTaps;

    private ForegroundConvolutions(CnnPlan plan)
    {
        (simd, first, second) = (plan.Simd, plan.Convolutions[0], plan.Convolutions[1]);
        (ConvolutionShape one, ConvolutionShape two) = (first.Shape, second.Shape);
        Shape = new ForegroundShape(one, two);
        int tapCount = two.Kernel * two.Kernel;
        background = RowTiles.Strided(1, 0, 0);
        boxes = RowTiles.Strided(Shape.Boxes, tapCount, two.Filters);
        int[] imageTaps = [.. Enumerable.Range(0, one.Window).Select(t => (t / one.Kernel * one.Width) + (t % one.Kernel))];
        taps = new RowTiles(imageTaps, [.. Enumerable.Range(0, one.Window).Select(t => t * simd.PanelWidth(one.Filters))]);
        channels = RowTiles.Strided(two.Channels, 1, simd.PanelWidth(two.Filters));
        tapWindows = [.. Enumerable.Range(0, tapCount).Select(t => new TileWindow(0, t * two.Filters, t * two.Channels, 1, two.Channels))];
        classWindows = [.. Enumerable.Range(0, Shape.Classes).Select(q => Shape.TapsOf(q))
            .Select((t, q) => new[] { new TileWindow(0, 0, Shape.BackwardRow(q), t.Columns.Length > 0 ? t.Rows.Length : 0, t.Columns.Length * two.Filters) })];
        classTaps = [.. Enumerable.Range(0, Shape.Classes).Select(q => Shape.TapsOf(q)).Select(t => t.Rows.SelectMany((ky, y) => t.Columns.Select((kx, x) =>
            ((ky * two.Kernel) + kx, (y * Shape.PaddedRow) + (x * two.Filters)))).ToArray())];
        outside = new AlignedBuffer(Shape.Boxes * tapCount);
        for (int box = 0; box < Shape.Boxes; box++)
        {
            (int y, int height, int x, int width) = box == 0 ? default : Shape.Box(box);
            for (int t = 0; t < tapCount; t++)
            {
                (int ky, int kx) = Math.DivRem(t, two.Kernel);
                outside.Pointer[(box * tapCount) + t] = ky >= y && ky < y + height && kx >= x && kx < x + width ? 0 : 1;
            }
        }
    }

    public ForegroundShape Shape { get; }

    /// <summary>Floats of scratch memory that <see cref="Forward"/> takes.</summary>
    public int ScratchLength => second.Shape.Channels + ((tapWindows.Length + Shape.Boxes) * second.Shape.Filters);

    /// <summary>For a network whose convolutions allow it; null for any other.</summary>
    public static ForegroundConvolutions? For(CnnPlan plan) =>
        plan.Convolutions.Length > 2 && plan.Winograds[1] is null && ForegroundShape.Supports(plan.Convolutions[0].Shape, plan.Convolutions[1].Shape)
        && plan.Convolutions.Take(2).All(c => c.Shape.Filters % plan.Simd.Width == 0) ? new ForegroundConvolutions(plan) : null;

    /// <summary>Whether the weights are finite.</summary>
    public static bool Accepts(CnnParameters weights) => weights.AreModerate(0) && weights.AreModerate(1);

    /// <summary>Both convolutions of images in which the foreground was found.</summary>
    /// <param name="foreground">It.</param>
    /// <param name="count">Images.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="images">Images.</param>
    /// <param name="middle">The output of the first convolution.</param>
    /// <param name="outputs">That of the second.</param>
    /// <param name="scratch">Scratch memory.</param>
    public void Forward(Foreground foreground, int count, CnnParameters weights, float* images, float* middle, float* outputs, float* scratch)
    {
        (ConvolutionShape one, ConvolutionShape two) = (first.Shape, second.Shape);
        float* black = scratch, tapProducts = black + two.Channels, biases = tapProducts + (tapWindows.Length * two.Filters);
        Rectify(weights.Bias(0), black, two.Channels);
        int found = count;
        for (int n = 0; n < count; n++)
        {
            float* image = images + ((nint)n * Shape.ImageLength), map = middle + ((nint)n * Shape.MapLength);
            if (foreground.IsLeftOut(n))
            {
                found--;
                first.Forward(1, image, weights.Weights(0), weights.Bias(0), map);
                second.Forward(1, map, weights.Weights(1), weights.Bias(1), outputs + ((nint)n * two.OutputLength));
            }
            else
            {
                Fill(map, black, two.Channels, Shape.Pixels);
            }
        }

        if (found == 0)
        {
            return;
        }

        TileOperands operands = new()
        {
            A = images, ARows = foreground.Windows, AMiddle = one.Width, AInner = 1, B = weights.Weights(0), BMiddle = one.Kernel, BInner = 1,
            Outer = 1, Middle = one.Kernel, Inner = one.Kernel, C = middle, CRows = foreground.Pixels, Bias = weights.Bias(0), Relu = true,
        };
        simd.Multiply(operands, null, one.Filters, one.Window, listed: foreground.Count);

        // What each tap makes of black, and for each box the sum of the taps around it.
        operands = new() { A = black, AInner = 1, B = weights.Weights(1), BInner = 1, Outer = 1, C = tapProducts };
        simd.Multiply(operands, background, two.Filters, two.Window, tapWindows);
        operands = new() { A = outside.Pointer, AInner = 1, B = tapProducts, BInner = two.Filters, Outer = 1, Middle = 1, Inner = tapWindows.Length, C = biases, Bias = weights.Bias(1) };
        simd.Multiply(operands, boxes, two.Filters);
        Rectify(biases, tapProducts, two.Filters);
        for (int n = 0; n < count; n++)
        {
            if (!foreground.IsLeftOut(n))
            {
                Fill(outputs + ((nint)n * two.OutputLength), tapProducts, two.Filters, Shape.Outputs);
            }
        }

        for (int box = 1; box < Shape.Boxes; box++)
        {
            (int start, int listed) = foreground.Box(box);
            (int y, int height, int x, int width) = Shape.Box(box);
            operands = new()
            {
                A = middle + (((y * two.Width) + x) * two.Channels), ARows = foreground.BoxWindows + start, AMiddle = two.Width * two.Channels, AInner = 1,
                B = weights.Weights(1) + (((y * two.Kernel) + x) * two.Channels * simd.PanelWidth(two.Filters)), BMiddle = two.Kernel * two.Channels, BInner = 1,
                Outer = 1, Middle = height, Inner = width * two.Channels, C = outputs, CRows = foreground.BoxOutputs + start, Bias = biases + (box * two.Filters), Relu = true,
            };
            simd.Multiply(operands, null, two.Filters, two.Window, listed: listed);
        }
    }

    /// <summary>What a slice, none of whose images was left out, adds to the gradients of weights and biases of both convolutions, from the gradient of the second one's outputs.</summary>
    /// <returns>Whether that gradient is finite; if not, nothing but its sum, the gradient of the second bias, was computed.</returns>
    public bool Backward(CnnMemory memory, int slice, int count, int thread, CnnParameters weights)
    {
        (ConvolutionShape two, Foreground foreground) = (second.Shape, memory.Foreground(slice));
        int start = slice * CnnWorkspace.Slice, own = thread * CnnWorkspace.Slice, row = two.OutputWidth * two.Filters;
        float* middle = memory.Output(0, start), gradients = memory.OutputGradient(1, own), middleGradients = memory.OutputGradient(0, own), padded = memory.Padded(thread);
        second.BackwardBias(count, gradients, memory.BiasParts(1, slice));
        if (!Accepts(memory.BiasParts(1, slice), two.Filters))
        {
            return false;
        }

        for (int n = 0; n < count; n++)
        {
            for (int y = 0; y < two.OutputHeight; y++, gradients += row)
                new ReadOnlySpan<float>(gradients, row).CopyTo(new Span<float>(padded + ((nint)n * Shape.PaddedLength) + Shape.Padded(y, 0), row));
        }

        for (int q = 0; q < Shape.Classes; q++)
        {
            SumBackground(foreground, q, padded, memory.BiasParts(1, slice));
            BackwardInput(foreground, q, padded, weights.Backward(1), middle, middleGradients);
            BackwardWeights(foreground, q, padded, middle, memory.WeightParts(1, slice));
        }

        simd.SumRows(middleGradients, 0, foreground.Count, two.Channels, memory.BiasParts(0, slice), list: foreground.Pixels);
        Multiply(memory.Image(start), foreground.Windows, middleGradients, foreground.Pixels, foreground.Count, taps, first.Shape, 0, memory.WeightParts(0, slice));
        return true;
    }

    /// <summary>Gradients of the outputs that see the background of a class, by tap, where those of the pixel that stands for it belong.</summary>
    private void SumBackground(Foreground foreground, int pixelClass, float* padded, float* sums)
    {
        (int start, int listed) = foreground.Class(pixelClass);
        foreach ((_, int offset) in classTaps[pixelClass])
        {
            Span<float> result = new(padded + foreground.StandIn(pixelClass) + offset, second.Shape.Filters);
            result.Clear();
            simd.SumRows(padded + offset, 0, listed, result.Length, padded + foreground.StandIn(pixelClass) + offset, list: foreground.Gradients + start);
            for (int f = 0; f < result.Length; f++)
                result[f] = sums[f] - result[f];
        }
    }

    /// <summary>Gradients of the listed pixels of a class.</summary>
    private void BackwardInput(Foreground foreground, int pixelClass, float* padded, float* packed, float* middle, float* middleGradients)
    {
        (int start, int listed) = foreground.Class(pixelClass);
        ConvolutionShape two = second.Shape;
        TileOperands operands = new()
        {
            A = padded, ARows = foreground.Gradients + start, AMiddle = Shape.PaddedRow, AInner = 1, B = packed, BMiddle = two.Kernel * two.Filters, BInner = 1,
            Outer = 1, C = middleGradients, CRows = foreground.Pixels + start, Gate = middle,
        };
        simd.Multiply(operands, null, two.Channels, two.Kernel * two.Kernel * two.Filters, classWindows[pixelClass], listed);
    }

    /// <summary>Gradients of the second convolution's weights at the taps that a class meets.</summary>
    private void BackwardWeights(Foreground foreground, int pixelClass, float* padded, float* middle, float* weightGradients)
    {
        (int start, int listed) = foreground.Class(pixelClass);
        foreach ((int tap, int offset) in classTaps[pixelClass])
            Multiply(middle, foreground.Pixels + start, padded + offset, foreground.Gradients + start, listed, channels, second.Shape, tap * second.Shape.Channels, weightGradients);
    }

    /// <summary>Some rows of the gradients of weights: sums over listed pixels.</summary>
    private void Multiply(float* inputs, int* inputList, float* gradients, int* gradientList, int listed, RowTiles rows, ConvolutionShape shape, int firstRow, float* weightGradients)
    {
        int panel = simd.PanelWidth(shape.Filters);
        for (int f = 0; f < shape.Filters; f += panel)
        {
            TileOperands operands = new()
            {
                A = inputs, AList = inputList, B = gradients + f, BList = gradientList, Outer = 1, Middle = 1, Inner = listed, C = weightGradients + (shape.Window * f) + (firstRow * panel),
            };
            simd.Multiply(operands, rows, panel);
        }
    }

    private bool Accepts(float* values, int length) => simd.AllWithin(values, 0, 1, length, float.MaxValue);

    private static void Rectify(float* values, float* result, int length)
    {
        for (int i = 0; i < length; i++)
            result[i] = Math.Max(0, values[i]);
    }

    /// <summary>Writes a pixel to all places of a map.</summary>
    private static void Fill(float* map, float* pixel, int length, int pixels)
    {
        const int nearest = 2048;
        Buffer.MemoryCopy(pixel, map, length * sizeof(float), length * sizeof(float));

        // Twice as much each time, then again and again what the nearest cache holds.
        for (int filled = length, copied; filled < length * pixels; filled += copied)
        {
            copied = Math.Min(Math.Min(filled, Math.Max(1, nearest / length) * length), (length * pixels) - filled);
            Buffer.MemoryCopy(map, map + filled, copied * sizeof(float), copied * sizeof(float));
        }
    }
}
