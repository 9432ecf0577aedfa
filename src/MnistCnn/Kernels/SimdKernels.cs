using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>
/// The operations that touch every float, for one register width. Matrices are row-major; a packed matrix B of K rows is a sequence of panels of as many
/// columns as a tile takes, each panel K rows after each other, the last padded to whole registers.
/// </summary>
internal abstract unsafe class SimdKernels
{
    /// <summary>The widest kernels that this processor runs well.</summary>
    public static SimdKernels Best { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? new SimdKernels<Simd512, Vector512<float>>()
        : Avx2.IsSupported && Fma.IsSupported ? new SimdKernels<Simd256, Vector256<float>>()
        : new SimdKernels<Simd128, Vector128<float>>();

    /// <summary>For what is left of an operation where no register is filled.</summary>
    protected static SimdKernels Scalar { get; } = new SimdKernels<SimdScalar, float>();

    /// <summary>Whether <see cref="Best"/> has fused multiply-add in hardware; without it libtorch is the better choice.</summary>
    public static bool IsAccelerated => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>Floats in a register.</summary>
    public abstract int Width { get; }

    /// <summary>Registers of C per row in the widest tile.</summary>
    public abstract int RowVectors { get; }

    /// <summary>Floats that a packed matrix takes.</summary>
    public int PackedLength(int depth, int columns) => depth * ((columns + Width - 1) / Width * Width);

    /// <summary>Columns of each panel of a matrix: 4, 2 or 1 registers, the most that fill all panels.</summary>
    public int PanelWidth(int columns)
    {
        int registers = (columns + Width - 1) / Width, vectors = RowVectors;
        while (registers % vectors > 0)
            vectors /= 2;

        return vectors * Width;
    }

    /// <summary>C = A × B for all rows and columns.</summary>
    /// <param name="operands">Everything but rows and columns. Strides of a packed B count rows of the panel.</param>
    /// <param name="rows">The rows of A and C; where they change from call to call null, and the operands have lists of them.</param>
    /// <param name="columns">The columns of B and C.</param>
    /// <param name="packedDepth">Rows of the packed B, or 0 when B is an ordinary matrix.</param>
    /// <param name="windows">The products to compute over these rows; one, from the start of all operands, if null.</param>
    /// <param name="listed">How many rows the lists have.</param>
    public abstract void Multiply(in TileOperands operands, RowTiles? rows, int columns, int packedDepth = 0, TileWindow[]? windows = null, int listed = 0);

    /// <summary>The same for rows of A that are mostly zero; the value is that of <see cref="Multiply"/> unless B holds what is not finite.</summary>
    /// <param name="operands">Everything but columns.</param>
    /// <param name="columns">The columns of B and C, in whole panels: of fewer, those that fill the last panel are computed too.</param>
    public abstract void MultiplySparse(in SparseOperands operands, int columns);

    /// <summary>sums[c] = Σ source[r, c], added to what is there or as it is; negative ones zero if asked.</summary>
    public abstract void SumRows(float* source, nint stride, int rows, int columns, float* sums, bool add = false, bool relu = false);

    /// <summary>Whether the magnitude of every value, rows of whole registers at a stride, is at most a limit; not that of NaN.</summary>
    public abstract bool AllWithin(float* source, nint stride, int rows, int columns, float limit);

    /// <summary>One of Winograd's transforms of a tile, M x Mᵀ.</summary>
    /// <param name="matrix">M.</param>
    /// <param name="source">x.</param>
    /// <param name="destination">The result.</param>
    /// <param name="length">Channels, whole registers.</param>
    /// <param name="add">Whether the result is added to what is there.</param>
    /// <param name="gate">Laid out as the destination: zero where this is not above zero; or null.</param>
    /// <param name="bias">Added to each channel, and negative sums zero; or null.</param>
    /// <param name="stream">Whether the result, aligned, is meant for another core.</param>
    public abstract void Transform(WinogradMatrix matrix, VectorGrid source, VectorGrid destination, int length, bool add = false, float* gate = null, float* bias = null, bool stream = false);

    /// <summary>Rows of whole registers from compact ones, of which floats were left out, or the reverse.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="starts">For each register of a whole row, where in a compact one the first float of it is that was not left out.</param>
    /// <param name="lanes">For each float of a register that is written, its place in the one that was read, or a negative number for zero.</param>
    /// <param name="columns">Floats of a whole row.</param>
    /// <param name="destination">The result.</param>
    /// <param name="destinationStride">Floats from row to row of it.</param>
    /// <param name="compact">Whether the result is the compact rows: each register is then written over what the one before it left behind its last float.</param>
    public abstract void Permute(float* source, nint stride, int rows, int* starts, int* lanes, int columns, float* destination, nint destinationStride, bool compact);

    /// <summary>One step of Adam, in one pass.</summary>
    /// <param name="parameters">The parameters; aligned where they stream.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="firstMoments">First moments.</param>
    /// <param name="secondMoments">Second moments.</param>
    /// <param name="length">How many there are of each.</param>
    /// <param name="step">The constants.</param>
    /// <param name="stream">Whether the parameters are meant for another core too.</param>
    public abstract void Adam(float* parameters, float* gradients, float* firstMoments, float* secondMoments, int length, in AdamStep step, bool stream = false);

    /// <summary>The same for parameters without a gap between rows, from compact rows of their gradients, see <see cref="Permute"/>; meanwhile parameters and moments so many floats ahead are fetched.</summary>
    public abstract void AdamExpanded(float* parameters, float* source, nint stride, int rows, int* starts, int* lanes, int columns, float* firstMoments, float* secondMoments, in AdamStep step, nint ahead);
}
