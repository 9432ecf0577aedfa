using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// y = x Wᵀ + b. Immutable.
/// <code>
/// x [N, inputs], y [N, outputs] and their gradients   rows at a stride of the caller's; rows of y padded to whole registers, with zeros where they are read
/// weights, as in PyTorch                              [outputs, inputs]; the inputs, if they were an image, are [channels, pixels]
/// packed weights and their gradient                   [input] × [output]     panels, see SimdKernels; the inputs, if they are an image, are [pixels, channels]
/// </code>
/// The packed weights serve both passes: their rows are the right operand of the forward pass and the left one of the gradient of x, which comes out transposed.
/// The inputs are cut into blocks that threads may own: the weights of a block are then never in another core's cache.
/// </summary>
internal sealed unsafe class Linear
{
    /// <summary>Rows that <see cref="BackwardInput"/> takes at most.</summary>
    public const int Slice = 32;

    /// <summary>Inputs whose gradients are computed together: panels of them stay in the nearest cache.</summary>
    public const int GradientInputs = 64;

    private const int MostBlocks = 2, LeastBlock = 256;
    private readonly SimdKernels simd;
    private readonly int channels, blockLength;

    public Linear(SimdKernels simd, int inputs, int outputs, int channels = 1)
    {
        (this.simd, this.channels, Inputs, Outputs, Panel) = (simd, channels, inputs, outputs, simd.PanelWidth(outputs));
        blockLength = Math.Max(LeastBlock, ((inputs + MostBlocks - 1) / MostBlocks + GradientInputs - 1) / GradientInputs * GradientInputs);
        Blocks = (inputs + blockLength - 1) / blockLength;
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Outputs padded to whole registers.</summary>
    public int Columns => PackedForwardLength / Inputs;

    /// <summary>Columns of a panel.</summary>
    public int Panel { get; }

    public int Blocks { get; }

    /// <summary>Floats from row to row of compact gradients of the weights.</summary>
    public int CompactStride => Columns + simd.Width;

    public int PackedForwardLength => simd.PackedLength(Inputs, Outputs);

    public int FirstOf(int block) => block * blockLength;

    public int CountOf(int block) => Math.Min(blockLength, Inputs - FirstOf(block));

    /// <summary>Packs the panel of the weights that starts at an output, or does the reverse.</summary>
    public void Copy(int output, float* weights, float* packed, bool packing = true)
    {
        int columns = Math.Min(Panel, Outputs - output), pixels = Inputs / channels;
        for (int c = 0; c < channels; c++)
        {
            float* outside = weights + ((nint)output * Inputs) + (c * pixels), inside = packed + ((nint)output * Inputs) + (c * Panel);
            if (packing)
                Transposition.Run(outside, Inputs, columns, pixels, inside, channels * Panel);
            else
                Transposition.Run(inside, channels * Panel, pixels, columns, outside, Inputs);
        }
    }

    /// <summary>y = x Wᵀ + b, with ReLU if asked.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="x">Input, from the first on that takes part.</param>
    /// <param name="strideX">Floats from row to row of x.</param>
    /// <param name="packed">Packed weights.</param>
    /// <param name="bias">Bias, padded to whole registers; null for none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y">Output.</param>
    /// <param name="strideY">Floats from row to row of y.</param>
    /// <param name="first">The first input that takes part.</param>
    /// <param name="inputs">How many do.</param>
    public void Forward(int count, float* x, int strideX, float* packed, float* bias, bool relu, float* y, int strideY, int first, int inputs) => simd.Multiply(
        new TileOperands { A = x, AInner = 1, B = packed + ((nint)first * Panel), BInner = 1, Outer = 1, Middle = 1, Inner = inputs, C = y, Bias = bias, Relu = relu },
        RowTiles.Strided(count, strideX, strideY), Columns, packedDepth: Inputs);

    /// <summary>Gradient of a block of x, zero where x, which a ReLU made, is not above zero.</summary>
    /// <param name="block">The block.</param>
    /// <param name="count">Rows, at most <see cref="Slice"/>.</param>
    /// <param name="transposed">Gradient of y, [columns, slice].</param>
    /// <param name="packed">Packed weights.</param>
    /// <param name="x">Input.</param>
    /// <param name="gradient">Gradient of x.</param>
    /// <param name="stride">Floats from row to row of x and its gradient.</param>
    /// <param name="scratch">Memory for [inputs of the block, slice].</param>
    /// <param name="live">The outputs that matter, each as its place in a packed row; all where null.</param>
    /// <param name="liveTransposed">The same as places in <paramref name="transposed"/>.</param>
    /// <param name="liveCount">How many those are.</param>
    /// <param name="stream">Whether the gradient is meant for another core too.</param>
    public void BackwardInput(int block, int count, float* transposed, float* packed, float* x, float* gradient, int stride, float* scratch, int* live = null, int* liveTransposed = null, int liveCount = 0, bool stream = false)
    {
        int first = FirstOf(block), inputs = CountOf(block);
        TileOperands operands = new()
        {
            A = packed + ((nint)first * Panel), AMiddle = (nint)Inputs * Panel, AInner = 1,
            B = transposed, BMiddle = Panel * Slice, BInner = Slice,
            Outer = 1, Middle = live is null ? Columns / Panel : 1, Inner = live is null ? Panel : liveCount, AList = live, BList = liveTransposed, C = scratch,
        };
        simd.Multiply(operands, RowTiles.Strided(inputs, Panel, Slice), Slice);
        Transposition.Run(scratch, Slice, inputs, count, gradient + first, stride, x + first, stream);
    }

    /// <summary>Gradient of the weights of up to <see cref="GradientInputs"/> inputs and some columns of outputs, over the whole batch: [inputs, columns], of a panel without a gap between rows.</summary>
    /// <param name="count">Images.</param>
    /// <param name="x">Input, from the first of these inputs on.</param>
    /// <param name="strideX">Floats from row to row of x.</param>
    /// <param name="outputGradients">Gradients of y, from the first of these columns on.</param>
    /// <param name="strideY">Floats from row to row of them.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="columns">Whole registers.</param>
    /// <param name="gradient">The result.</param>
    /// <param name="compact">Whether the result has rows at <see cref="CompactStride"/>, for any number of columns, not for a panel alone.</param>
    public void BackwardWeights(int count, float* x, int strideX, float* outputGradients, int strideY, int inputs, int columns, float* gradient, bool compact = false)
    {
        TileOperands operands = new() { A = x, AInner = strideX, BInner = strideY, Outer = 1, Middle = 1, Inner = count };
        RowTiles rows = RowTiles.Strided(inputs, 1, compact ? CompactStride : Panel);
        for (int column = 0, width = Panel; column < columns; column += width)
        {
            while (width > columns - column)
                width /= 2;

            operands.B = outputGradients + column;
            operands.C = gradient + column;
            simd.Multiply(operands, rows, width);
        }
    }
}
