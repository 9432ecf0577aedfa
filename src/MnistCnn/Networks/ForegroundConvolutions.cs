using System.Runtime.Intrinsics;
using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// The first two convolutions of a network, over what their images show but black: see <see cref="Foreground"/>. Immutable and thread-safe.
/// All pixels between them that see black alone have one value, here called black. The listed ones are kept as their difference from it, one behind the other; the second convolution finds them in a map
/// that is zero elsewhere. Forward, what black adds to its outputs is part of its bias, and in each window the box around the foreground alone is multiplied.
/// Backward, the gradient of every output meets every tap once. So what black adds to the gradients of the second one's weights is its product with the sum of all outputs' gradients; and that sum,
/// through the weights, is the gradient of all pixels together, that of black once those of the listed ones are taken off.
/// What is not finite has no place in such sums: <see cref="Accepts(CnnParameters)"/> and its like say when not to use this.
/// </summary>
internal sealed unsafe class ForegroundConvolutions
{
    /// <summary>Share of pixels in the foreground above which lists cost more than they save.</summary>
    public const float MostForeground = 0.625f;

    private readonly SimdKernels simd;
    private readonly Convolution first, second;
    private readonly RowTiles single, taps, channels;
    private readonly TileWindow[][] classWindows;
    private readonly AlignedBuffer imageTaps, weightRows, inOrder;
    private readonly int tapCount;
    private readonly (int Tap, int Offset)[][] classTaps;

    private ForegroundConvolutions(CnnPlan plan)
    {
        (simd, first, second) = (plan.Simd, plan.Convolutions[0], plan.Convolutions[1]);
        (ConvolutionShape one, ConvolutionShape two) = (first.Shape, second.Shape);
        Shape = new ForegroundShape(one, two);
        tapCount = two.Kernel * two.Kernel;
        single = RowTiles.Strided(1, 0, 0);
        (imageTaps, weightRows, inOrder) = (new(one.Window), new(one.Window), new((long)CnnWorkspace.Slice * Shape.Pixels));
        for (int t = 0; t < one.Window; t++)
        {
            ImageTaps[t] = (t / one.Kernel * one.Width) + (t % one.Kernel);
            WeightRows[t] = t * simd.PanelWidth(one.Filters);
        }

        for (int p = 0; p < CnnWorkspace.Slice * Shape.Pixels; p++)
            InOrder[p] = p * two.Channels;

        taps = new RowTiles(new(ImageTaps, one.Window), new(WeightRows, one.Window));
        channels = RowTiles.Strided(two.Channels, 1, simd.PanelWidth(two.Filters));
        classWindows = [.. Enumerable.Range(0, Shape.Classes).Select(q => Shape.TapsOf(q))
            .Select((t, q) => new[] { new TileWindow(0, 0, Shape.BackwardRow(q), t.Columns.Length > 0 ? t.Rows.Length : 0, t.Columns.Length * two.Filters) })];
        classTaps = [.. Enumerable.Range(0, Shape.Classes).Select(q => Shape.TapsOf(q)).Select(t => t.Rows.SelectMany((ky, y) => t.Columns.Select((kx, x) =>
            ((ky * two.Kernel) + kx, (y * Shape.PaddedRow) + (x * two.Filters)))).ToArray())];
    }

    public ForegroundShape Shape { get; }

    /// <summary>Floats of scratch memory that a pass takes.</summary>
    public int ScratchLength => 2 * (second.Shape.Channels + second.Shape.Filters);

    /// <summary>Of each tap of the first convolution its offset in the images.</summary>
    private int* ImageTaps => (int*)imageTaps.Pointer;

    /// <summary>And in the packed weights.</summary>
    private int* WeightRows => (int*)weightRows.Pointer;

    /// <summary>Of each listed pixel its offset where they are one behind the other.</summary>
    private int* InOrder => (int*)inOrder.Pointer;

    /// <summary>For a network whose convolutions allow it; null for any other.</summary>
    public static ForegroundConvolutions? For(CnnPlan plan) =>
        plan.Convolutions.Length > 2 && plan.Winograds[1] is null && ForegroundShape.Supports(plan.Convolutions[0].Shape, plan.Convolutions[1].Shape)
        && plan.Convolutions.Take(2).All(c => c.Shape.Filters % Math.Max(plan.Simd.Width, Vector256<float>.Count) == 0) ? new ForegroundConvolutions(plan) : null;

    /// <summary>Whether the weights are finite.</summary>
    public static bool Accepts(CnnParameters weights) => weights.AreModerate(0) && weights.AreModerate(1);

    /// <summary>Both convolutions of images, at most a slice, in which the foreground was found.</summary>
    /// <param name="foreground">It.</param>
    /// <param name="count">Images.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="images">Images.</param>
    /// <param name="pixels">The listed pixels of the output of the first convolution, less black.</param>
    /// <param name="map">All zeros, as it is again in the end.</param>
    /// <param name="outputs">The output of the second.</param>
    /// <param name="scratch">Scratch memory.</param>
    public void Forward(Foreground foreground, int count, CnnParameters weights, float* images, float* pixels, float* map, float* outputs, float* scratch)
    {
        (ConvolutionShape one, ConvolutionShape two) = (first.Shape, second.Shape);
        float* black = scratch, bias = black + two.Channels, blackOutput = bias + two.Filters;
        Rectify(weights.Bias(0), black, two.Channels);
        TileOperands operands = new()
        {
            A = images, ARows = foreground.Windows, AList = ImageTaps, B = weights.Weights(0), BList = WeightRows, Outer = 1, Middle = 1, Inner = one.Window,
            C = pixels, CRows = InOrder, Bias = weights.Bias(0), Relu = true,
        };
        simd.Multiply(operands, null, one.Filters, one.Window, listed: foreground.Count);
        ForegroundPasses.Subtract(black, two.Channels, pixels, foreground.Pixels, foreground.Count, map);
        operands = new()
        {
            A = black, AInner = 1, B = weights.Weights(1), BMiddle = two.Channels, BInner = 1, Outer = 1, Middle = tapCount, Inner = two.Channels, C = bias, Bias = weights.Bias(1),
        };
        simd.Multiply(operands, single, two.Filters, two.Window);
        Rectify(bias, blackOutput, two.Filters);
        for (int n = 0; n < count; n++)
        {
            float* own = map + ((nint)n * Shape.MapLength), output = outputs + ((nint)n * two.OutputLength);
            if (foreground.IsLeftOut(n))
            {
                first.Forward(1, images + ((nint)n * Shape.ImageLength), weights.Weights(0), weights.Bias(0), own);
                second.Forward(1, own, weights.Weights(1), weights.Bias(1), output);
                new Span<float>(own, Shape.MapLength).Clear();
            }
            else
            {
                ForegroundPasses.Fill(output, blackOutput, two.Filters, Shape.Outputs);
            }
        }

        for (int box = 1; box < Shape.Boxes; box++)
        {
            (int start, int listed) = foreground.Box(box);
            (int y, int height, int x, int width) = Shape.Box(box);
            operands = new()
            {
                A = map + (((y * two.Width) + x) * two.Channels), ARows = foreground.BoxWindows + start, AMiddle = two.Width * two.Channels, AInner = 1,
                B = weights.Weights(1) + (((y * two.Kernel) + x) * two.Channels * simd.PanelWidth(two.Filters)), BMiddle = two.Kernel * two.Channels, BInner = 1,
                Outer = 1, Middle = height, Inner = width * two.Channels, C = outputs, CRows = foreground.BoxOutputs + start, Bias = bias, Relu = true,
            };
            simd.Multiply(operands, null, two.Filters, two.Window, listed: listed);
        }

        ForegroundPasses.Clear(map, foreground.Pixels, foreground.Count, two.Channels);
    }

    /// <summary>Makes the whole output of the first convolution of the listed pixels, of images none of which was left out.</summary>
    public void Complete(Foreground foreground, int count, CnnParameters weights, float* pixels, float* map)
    {
        int channels = second.Shape.Channels, length = count * Shape.MapLength;
        for (int i = 0; i < foreground.Count * channels; i++)
            map[foreground.Pixels[i / channels] + (i % channels)] = pixels[i];

        for (int i = 0; i < length; i++)
            pixels[i] = map[i] + Math.Max(0, weights.Bias(0)[i % channels]);

        new Span<float>(map, length).Clear();
    }

    /// <summary>What a slice, none of whose images was left out, adds to the gradients of weights and biases of both convolutions, from the gradient of the second one's outputs.</summary>
    /// <returns>Whether that gradient is finite; if not, nothing but its sum, the gradient of the second bias, was computed.</returns>
    public bool Backward(CnnMemory memory, int slice, int count, int thread, CnnParameters weights)
    {
        (ConvolutionShape two, Foreground foreground) = (second.Shape, memory.Foreground(slice));
        int start = slice * CnnWorkspace.Slice, own = thread * CnnWorkspace.Slice;
        float* pixels = memory.Output(0, start), pixelGradients = memory.OutputGradient(0, own), padded = memory.Padded(thread), sums = memory.BiasParts(1, slice);
        float* black = memory.Scratch(thread), ofBlack = black + two.Channels;
        ForegroundPasses.Pad(memory.OutputGradient(1, own), count, Shape, padded, sums);
        if (!Accepts(sums, two.Filters))
        {
            return false;
        }

        Rectify(weights.Bias(0), black, two.Channels);

        // Of all pixels together, before any ReLU; what the listed ones have of it is taken off class by class.
        TileOperands operands = new() { A = sums, AInner = 1, B = weights.Backward(1), BMiddle = two.Filters, BInner = 1, Outer = 1, Middle = tapCount, Inner = two.Filters, C = ofBlack };
        simd.Multiply(operands, single, two.Channels, tapCount * two.Filters);
        new Span<float>(memory.BiasParts(0, slice), two.Channels).Clear();
        for (int q = 0; q < Shape.Classes; q++)
        {
            (int from, int listed) = foreground.Class(q);
            BackwardInput(foreground, q, padded, weights.Backward(1), pixelGradients);
            ForegroundPasses.Gate(pixelGradients + InOrder[from], pixels + InOrder[from], listed, two.Channels, black, ofBlack, memory.BiasParts(0, slice));
            BackwardWeights(foreground, q, padded, pixels, memory.WeightParts(1, slice));
        }

        ForegroundPasses.AddProduct(black, two.Channels, sums, two.Filters, simd.PanelWidth(two.Filters), two.Window, memory.WeightParts(1, slice));
        ForegroundPasses.AddGated(ofBlack, black, memory.BiasParts(0, slice), two.Channels);
        Multiply(memory.Image(start), foreground.Windows, pixelGradients, InOrder, foreground.Count, taps, first.Shape, 0, memory.WeightParts(0, slice));
        return true;
    }

    /// <summary>Gradients of the listed pixels of a class.</summary>
    private void BackwardInput(Foreground foreground, int pixelClass, float* padded, float* packed, float* pixelGradients)
    {
        (int start, int listed) = foreground.Class(pixelClass);
        ConvolutionShape two = second.Shape;
        TileOperands operands = new()
        {
            A = padded, ARows = foreground.Gradients + start, AMiddle = Shape.PaddedRow, AInner = 1, B = packed, BMiddle = two.Kernel * two.Filters, BInner = 1,
            Outer = 1, C = pixelGradients, CRows = InOrder + start,
        };
        simd.Multiply(operands, null, two.Channels, tapCount * two.Filters, classWindows[pixelClass], listed);
    }

    /// <summary>Gradients of the second convolution's weights at the taps that a class meets, but for what black adds to them.</summary>
    private void BackwardWeights(Foreground foreground, int pixelClass, float* padded, float* pixels, float* weightGradients)
    {
        (int start, int listed) = foreground.Class(pixelClass);
        foreach ((int tap, int offset) in classTaps[pixelClass])
            Multiply(pixels, InOrder + start, padded + offset, foreground.Gradients + start, listed, channels, second.Shape, tap * second.Shape.Channels, weightGradients);
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

    private void Rectify(float* values, float* result, int length) => simd.SumRows(values, 0, 1, length, result, relu: true);

    private bool Accepts(float* values, int length) => simd.AllWithin(values, 0, 1, length, float.MaxValue);
}
