using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>
/// The first two convolutions of a network, with a backward pass that skips black pixels, which are four fifths of a digit. Immutable. Without the call of
/// <see cref="Replace"/> the network runs without this shortcut.
/// <para>A pixel of the map between the two convolutions whose window is all black has the value of the bias, called black here. The other pixels are the
/// foreground. Every output's gradient meets every tap of the second convolution once. Black pixels therefore add to the gradient of a weight: black times
/// the sum of all outputs' gradients, less the part that meets the foreground. The same sum, through the weights, is the gradient of all pixels together;
/// less the gradients of the foreground, it is that of black. Where a value is not finite such sums are not valid, and everything is computed as
/// defined.</para>
/// </summary>
internal sealed unsafe class ForegroundConvolutions : Layer
{
    /// <summary>Images of a slice at most.</summary>
    public const int MostImages = 32;

    /// <summary>Share of pixels in the foreground above which lists cost more than they save.</summary>
    private const float MostForeground = 0.625f;

    private readonly Convolution first, second;
    private readonly TapOrder order;
    private readonly RowSet taps;
    private readonly AlignedBuffer inOrder;
    private readonly int[] gradientOf;
    private readonly int ring, paddedRow, paddedLength, channels, filters, kernel, stride;

    private ForegroundConvolutions(SimdKernels simd, Convolution first, Convolution second)
        : base(simd, first.Input, second.Output)
    {
        (this.first, this.second, channels, filters) = (first, second, first.Output.PixelStride, second.Output.PixelStride);
        (kernel, stride, MapLayout map) = (second.Description.Kernel, second.Description.Stride, first.Output);
        (order, ring) = (new TapOrder(kernel, stride), (kernel - 1) / stride);
        // Gradients with zeros around them: what is behind a row is before the next one, and behind an image before the next.
        (int rows, int columns) = (ring + Output.Shape.Height + Behind(map.Shape.Height, Output.Shape.Height),
            Output.Shape.Width + Behind(map.Shape.Width, Output.Shape.Width));
        paddedRow = columns * filters;
        paddedLength = (rows + 1) * paddedRow;
        gradientOf = [.. Enumerable.Range(0, map.Shape.Height * map.Shape.Width)
            .Select(p => Padded(FirstOutput(p / map.Shape.Width), FirstOutput(p % map.Shape.Width)))];
        inOrder = new AlignedBuffer(MostImages * gradientOf.Length);
        for (int p = 0; p < inOrder.Length; p++)
        {
            InOrder[p] = p * channels;
        }

        (int window, int size) = (first.Direct.Window, first.Description.Kernel);
        taps = RowSet.Table([.. Enumerable.Range(0, window).Select(t => Input.Offset(t / size, t % size))],
            [.. Enumerable.Range(0, window).Select(t => t * first.Direct.Panel)]);

        int Behind(int length, int outputs) => Math.Max(ring, (length - 1) / stride - outputs + 1);
        int FirstOutput(int coordinate) => order.Of(coordinate) is [int tap, ..] ? (coordinate - tap) / stride : 0;
    }

    public override IReadOnlyList<ParameterSlot> Parameters => [.. first.Parameters, .. second.Parameters];

    public override int ParameterEnd => second.ParameterEnd;

    public override bool IsRectified => true;

    public override int ImageMemory => first.Output.ImageStride;

    public override int SliceMemory => first.SliceMemory + second.SliceMemory;

    public override int ThreadMemory => MostImages * paddedLength;

    /// <summary>Of the foreground, the pixels less black and their gradients, or those of the map; lists; black, and its gradient.</summary>
    public override int ScratchLength => 2 * MostImages * first.Output.ImageStride + ForegroundLists.Length(first, second) + 2 * channels;

    public override int GradientItems => 1;

    private int* InOrder => (int*)inOrder.Pointer;

    /// <summary>Puts this in the place of the first two layers, if they are convolutions for which it works.</summary>
    public static IReadOnlyList<Layer> Replace(SimdKernels simd, List<Layer> layers) => layers is [Convolution first, Convolution second, _, ..]
        && Supports(simd, first, second)
        ? [new ForegroundConvolutions(simd, first, second), .. layers.Skip(2)]
        : layers;

    public override int PreparedLength(bool training) => first.PreparedLength(training) + second.PreparedLength(training);

    public override int PrepareItems(bool training) => first.PrepareItems(training) + second.PrepareItems(training);

    public override void Prepare(float* parameters, float* prepared, int item)
    {
        if (item < first.PrepareItems(training: true))
        {
            first.Prepare(parameters, prepared, item);
            return;
        }

        second.Prepare(parameters, prepared + first.PreparedLength(training: true), item - first.PrepareItems(training: true));
    }

    public override void Forward(in LayerWork work)
    {
        first.Forward(First(work));
        second.Forward(Second(work));
    }

    public override void Backward(in LayerWork work)
    {
        LayerWork two = Second(work);
        ForegroundLists lists = new(first, second, work.Scratch + 2 * MostImages * first.Output.ImageStride);
        second.Direct.BackwardBias(two, second.BiasGradient(two));
        if (work.InputGradient is null && work.AreWeightsBounded && Simd.AllWithin(second.BiasGradient(two), 0, 1, filters, float.MaxValue)
            && lists.Find(work.Input, work.Count) <= MostForeground * work.Count * gradientOf.Length)
        {
            lists.List(work.Count, gradientOf, paddedLength);
            BackwardListed(work, lists);
            return;
        }

        second.Backward(two);
        first.Backward(First(work));
    }

    public override void ComputeGradients(in LayerWork work, int item) =>
        Simd.SumRows(work.FirstSliceMemory, SliceMemory, work.Slices, SliceMemory, work.Gradients + first.Parameters[0].Offset);

    private void BackwardListed(in LayerWork work, in ForegroundLists lists)
    {
        (LayerWork one, LayerWork two) = (First(work), Second(work));
        float* pixelGradients = work.Scratch, pixels = pixelGradients + MostImages * first.Output.ImageStride,
            black = work.Scratch + ScratchLength - 2 * channels, ofBlack = black + channels;
        float* padded = work.ThreadMemory, packed = second.Backward(two.Prepared), sums = second.BiasGradient(two), biasGradient = first.BiasGradient(one);
        ForegroundPasses.Pad(work.OutputGradient, work.Count, Output, padded + Padded(0, 0), (paddedLength, paddedRow));
        Simd.SumRows(first.Bias(work), 0, 1, channels, black, relu: true);
        ForegroundPasses.Subtract(two.Input, lists.Pixels, lists.Count, black, channels, pixels);

        // Of all pixels together, before any ReLU; what those of the foreground have of it is taken off class by class.
        TileOperands operands = new()
        {
            A = sums,
            AInner = 1,
            B = packed,
            BMiddle = filters,
            BInner = 1,
            Outer = 1,
            Middle = kernel * kernel,
            Inner = filters,
            C = ofBlack
        };
        Simd.Multiply(ref operands, RowSet.Strided(1, 0, 0), channels, kernel * kernel * filters);
        new Span<float>(biasGradient, channels).Clear();
        for (int q = 0; q < stride * stride; q++)
        {
            (int start, int count) = lists.Class(q);
            (int[] rows, int[] columns) = (order.Of(q / stride), order.Of(q % stride));
            int firstTap = rows.Length * columns.Length == 0 ? 0 : order.Position(rows[0]) * kernel + order.Position(columns[0]);
            operands = new()
            {
                A = padded,
                AMiddle = paddedRow,
                AInner = 1,
                B = packed + firstTap * filters * Simd.PanelWidth(channels),
                BMiddle = kernel * filters,
                BInner = 1,
                Outer = 1,
                Middle = columns.Length == 0 ? 0 : rows.Length,
                Inner = columns.Length * filters,
                C = pixelGradients,
            };
            Simd.Multiply(ref operands, RowSet.Listed(count, lists.Gradients + start, InOrder + start), channels, kernel * kernel * filters);
            ForegroundPasses.Gate(pixelGradients + start * channels, pixels + start * channels, count, channels, black, ofBlack, biasGradient);
            for (int tap = 0; tap < rows.Length * columns.Length; tap++)
            {
                (int y, int x) = Math.DivRem(tap, columns.Length);
                operands = new()
                {
                    A = pixels,
                    AList = InOrder + start,
                    B = padded + y * paddedRow + x * filters,
                    BList = lists.Gradients + start,
                    Inner = count
                };
                MultiplyWeights(operands, RowSet.Strided(channels, 1, second.Direct.Panel), second,
                    Convolution.WeightGradient(two) + (rows[y] * kernel + columns[x]) * channels * second.Direct.Panel);
            }
        }

        ForegroundPasses.AddProduct(black, channels, sums, (filters, second.Direct.Panel, second.Direct.Window), Convolution.WeightGradient(two));
        for (int c = 0; c < channels; c++)
        {
            biasGradient[c] += black[c] > 0 ? ofBlack[c] : 0;
        }

        operands = new() { A = work.Input, AList = lists.Windows, B = pixelGradients, BList = InOrder, Inner = lists.Count };
        MultiplyWeights(operands, taps, first, Convolution.WeightGradient(one));
    }

    /// <summary>Some rows of the gradients of weights: sums over listed pixels.</summary>
    private void MultiplyWeights(TileOperands operands, in RowSet rows, Convolution layer, float* gradients)
    {
        operands.C = gradients;
        (operands.Outer, operands.Middle) = (1, 1);
        for (int f = 0; f < layer.Output.PixelStride; f += layer.Direct.Panel, operands.B += layer.Direct.Panel,
            operands.C += layer.Direct.Window * layer.Direct.Panel)
        {
            Simd.Multiply(ref operands, rows, layer.Direct.Panel);
        }
    }

    private static bool Supports(SimdKernels simd, Convolution first, Convolution second) =>
        Bmi2.X64.IsSupported && Avx2.IsSupported && first.Fusion.Relu && second.Fusion.Relu && first.Input is { Border: 0, PixelStride: 1, Shape.Width: <= 64 }
            && first.Output.Border == 0 && !second.HasWinograd
        && new[] { first, second }.All(c => c.Description.Filters % Math.Max(simd.Width, Vector256<float>.Count) == 0);

    /// <summary>Offset of an output in padded gradients.</summary>
    private int Padded(int y, int x) => (ring + y) * paddedRow + (ring + x) * filters;

    private static LayerWork First(in LayerWork work) => work with { Output = work.ImageMemory, OutputGradient = work.Scratch };

    private LayerWork Second(in LayerWork work) => work with
    {
        Input = work.ImageMemory,
        InputGradient = work.Scratch,
        SliceMemory = work.SliceMemory + first.SliceMemory,
        Prepared = work.Prepared + first.PreparedLength(training: true),
    };
}
