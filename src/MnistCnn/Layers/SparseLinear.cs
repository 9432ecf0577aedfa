using System.Numerics;
using MnistCnn.Kernels;

namespace MnistCnn.Layers;

/// <summary>
/// A linear layer once more, for inputs that a ReLU made: what is zero, half of them after a few epochs, is not multiplied. Where weights and gradients are finite, sums lose zeros alone, and no bit of
/// the results changes. Immutable and thread-safe. See <see cref="Linear"/> for the layout.
/// </summary>
internal sealed unsafe class SparseLinear
{
    /// <summary>Share of inputs that are not zero above which passing over the others costs more than it saves.</summary>
    private const float MostUsed = 0.66f;

    private readonly SimdKernels simd;
    private readonly Linear linear;
    private readonly AlignedBuffer zeros;

    private SparseLinear(SimdKernels simd, Linear linear) => (this.simd, this.linear, zeros) = (simd, linear, new AlignedBuffer(linear.Columns));

    /// <summary>For a layer whose panels are as wide as the kernels; null for any other.</summary>
    public static SparseLinear? For(SimdKernels simd, Linear linear) => linear.Panel == simd.RowVectors * simd.Width ? new SparseLinear(simd, linear) : null;

    /// <summary>Whether so little of some rows is used that this pays.</summary>
    public static bool Pays(long used, int rows, int inputs) => used < MostUsed * rows * inputs;

    /// <summary>Whether that holds for some inputs of a batch.</summary>
    /// <param name="used">Their words.</param>
    /// <param name="count">Images.</param>
    /// <param name="inputs">How many inputs, at most a word.</param>
    public static bool Pays(ulong* used, int count, int inputs)
    {
        int sum = 0;
        for (int n = 0; n < count; n++)
        {
            sum += BitOperations.PopCount(used[n]);
        }

        return Pays(sum, count, inputs);
    }

    /// <summary>What some inputs add to y = x Wᵀ.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="x">Input, from the first of these inputs on.</param>
    /// <param name="strideX">Floats from row to row of x.</param>
    /// <param name="used">What <see cref="NonZeros.Find"/> found in them.</param>
    /// <param name="usedStride">From word to word of a row; 1 for a single row alone.</param>
    /// <param name="packed">Packed weights, finite.</param>
    /// <param name="bias">Where the sums begin, padded to whole registers; zero if null.</param>
    /// <param name="relu">Whether negative sums become zero.</param>
    /// <param name="y">Output.</param>
    /// <param name="strideY">Floats from row to row of y.</param>
    /// <param name="first">The first of the inputs.</param>
    /// <param name="inputs">How many.</param>
    public void Forward(int count, float* x, int strideX, ulong* used, int usedStride, float* packed, float* bias, bool relu, float* y, int strideY, int first, int inputs)
    {
        int words = NonZeros.WordsOf(inputs);
        float* weights = packed + ((nint)first * linear.Panel), initial = bias is null ? zeros.Pointer : bias;
        if (usedStride == 1)
        {
            // The words take the place of the rows, all with the same sums.
            new ReadOnlySpan<float>(initial, linear.Columns).CopyTo(new Span<float>(y, linear.Columns));
            SparseOperands operands = new()
            {
                A = x, ARow = NonZeros.Word, AInner = 1, Used = used, B = weights, BRow = NonZeros.Word * linear.Panel, BInner = linear.Panel, BPanel = (nint)linear.Inputs * linear.Panel,
                Initial = y, C = y, Rows = words,
            };
            simd.MultiplySparse(operands, linear.Columns);
        }

        for (int word = 0; word < words && usedStride > 1; word++)
        {
            int from = word * NonZeros.Word;
            SparseOperands operands = new()
            {
                A = x + from, ARow = strideX, AInner = 1, Used = used + ((nint)word * usedStride),
                B = weights + ((nint)from * linear.Panel), BInner = linear.Panel, BPanel = (nint)linear.Inputs * linear.Panel,
                Initial = word > 0 ? y : initial, InitialRow = word > 0 ? strideY : 0, C = y, CRow = strideY, Rows = count,
            };
            simd.MultiplySparse(operands, linear.Columns);
        }

        for (int n = 0; n < count && relu; n++, y += strideY)
        {
            simd.SumRows(y, 0, 1, linear.Columns, y, relu: true);
        }
    }

    /// <summary>Gradient of the weights of up to <see cref="NonZeros.Word"/> inputs over the whole batch, as compact rows: see <see cref="Linear.BackwardWeights"/>.</summary>
    /// <param name="count">Images.</param>
    /// <param name="x">Input, from the first of these inputs on.</param>
    /// <param name="strideX">Floats from row to row of x.</param>
    /// <param name="used">The words of these inputs, image by image.</param>
    /// <param name="outputGradients">Gradients of y, finite.</param>
    /// <param name="strideY">Floats from row to row of them.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="columns">Whole panels.</param>
    /// <param name="gradient">The result.</param>
    public void BackwardWeights(int count, float* x, int strideX, ulong* used, float* outputGradients, int strideY, int inputs, int columns, float* gradient)
    {
        ulong* words = stackalloc ulong[NonZeros.Word];
        for (int n = 0; n < count; n += NonZeros.Word)
        {
            NonZeros.Transpose(used + n, Math.Min(NonZeros.Word, count - n), words);
            SparseOperands operands = new()
            {
                A = x + ((nint)n * strideX), ARow = 1, AInner = strideX, Used = words, B = outputGradients + ((nint)n * strideY), BInner = strideY,
                Initial = n > 0 ? gradient : zeros.Pointer, InitialRow = n > 0 ? linear.CompactStride : 0, C = gradient, CRow = linear.CompactStride, Rows = inputs,
            };
            simd.MultiplySparse(operands, columns);
        }
    }
}
