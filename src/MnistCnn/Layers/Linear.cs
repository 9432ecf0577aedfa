using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// y = x Wᵀ + b. Immutable.
/// <code>
/// x [N, inputs], y [N, outputs] and their gradients   rows at a stride of the caller's; rows of y padded to whole registers, with zeros where they are read
/// weights, as in PyTorch                              [outputs, inputs]; the inputs, if they were an image, are [channels, pixels]
/// packed weights and their gradient                   [input] × [output]     panels, see SimdKernels; the inputs, if they are an image, are [pixels, channels]
/// </code>
/// The packed weights serve both passes: they are the right operand of the forward pass, and transposed, some rows at a time, that of the gradient of x.
/// The inputs are cut into blocks that threads may own: the weights of a block are then never in another core's cache.
/// </summary>
internal sealed unsafe class Linear
{
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

    /// <summary>Floats of scratch memory that <see cref="BackwardInput"/> takes.</summary>
    public int ScratchLength => (Columns + 1) * GradientWidth;

    /// <summary>Floats from row to row of compact gradients of the weights.</summary>
    public int CompactStride => Columns + simd.Width;

    public int PackedForwardLength => simd.PackedLength(Inputs, Outputs);

    /// <summary>Inputs that <see cref="BackwardInput"/> takes at a time.</summary>
    private int GradientWidth => 2 * simd.Width;

    public int BlockOf(int input) => input / blockLength;

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

    /// <summary>Gradient of some of x, zero where x, which a ReLU made, is not above zero.</summary>
    /// <param name="first">The first input that takes part.</param>
    /// <param name="inputs">How many do.</param>
    /// <param name="count">Rows.</param>
    /// <param name="outputGradients">Gradients of y.</param>
    /// <param name="strideY">Floats from row to row of them.</param>
    /// <param name="packed">Packed weights.</param>
    /// <param name="x">Input.</param>
    /// <param name="gradient">Gradient of x.</param>
    /// <param name="stride">Floats from row to row of x and its gradient.</param>
    /// <param name="scratch">Scratch memory.</param>
    /// <param name="live">The outputs that matter, of which alone the gradients of y are then rows; null for all.</param>
    /// <param name="stream">Whether the gradient is meant for another core too.</param>
    public void BackwardInput(
        int first, int inputs, int count, float* outputGradients, int strideY, float* packed, float* x, float* gradient, int stride, float* scratch, LiveOutputs? live = null, bool stream = false)
    {
        // Some columns of the weights, transposed, stay in the nearest cache while all rows are multiplied by them.
        RowTiles rows = RowTiles.Strided(count, strideY, stride);
        int width = GradientWidth;
        for (int input = first; input < first + inputs; input += width)
        {
            int taken = Math.Min(width, first + inputs - input);
            float* row = scratch;
            for (int output = 0; output < Columns; output += Panel)
            {
                row = Transpose(packed + ((nint)output * Inputs) + ((nint)input * Panel), taken, live is null ? null : live.Expanding + output, row);
            }

            TileOperands operands = new()
            {
                A = outputGradients, AInner = 1, B = scratch, BInner = width, Outer = 1, Middle = 1, Inner = live is null ? Columns : live.Count,
                C = gradient + input, Gate = x + input, Stream = stream,
            };
            simd.Multiply(operands, rows, taken);
        }
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

    /// <summary>Transposes a panel of some inputs' weights, without dead outputs: where <paramref name="live"/>, unless it is null, is negative.</summary>
    /// <returns>Where the row of the next panel's first output belongs.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float* Transpose(float* weights, int inputs, int* live, float* row)
    {
        int stride = GradientWidth, whole = inputs & -8;
        for (int output = 0; output < Panel; output += 4, weights += 4)
        {
            // The row of a dead output is that of the next one, which is written after it.
            float* second = Next(row, output), third = Next(second, output + 1), fourth = Next(third, output + 2);
            for (int i = 0; i < whole; i += 8)
                Transposition.EightByFour(weights + (i * Panel), Panel, row + i, second + i, third + i, fourth + i);

            for (int i = whole; i < inputs; i++)
            {
                float* from = weights + (i * Panel);
                (row[i], second[i], third[i], fourth[i]) = (from[0], from[1], from[2], from[3]);
            }

            row = Next(fourth, output + 3);
        }

        return row;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        float* Next(float* row, int output) => row + (live is not null && live[output] < 0 ? 0 : stride);
    }
}
