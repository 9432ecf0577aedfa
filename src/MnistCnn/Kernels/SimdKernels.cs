using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>
/// The operations that take most of the time, for one register width. Matrices are row-major. A packed matrix B of K rows is a sequence of panels of as many
/// columns as a tile takes; each panel has its K rows one after another, and the last one is padded to whole registers. Results are whole registers too: memory
/// for C is padded likewise.
/// </summary>
internal abstract unsafe class SimdKernels
{
    /// <summary>The kernels that this processor runs, from the narrowest on.</summary>
    public static IReadOnlyList<SimdKernels> All { get; } =
    [
        new SimdKernelsOfWidth<Simd128, Vector128<float>>(),
        .. Avx2.IsSupported && Fma.IsSupported ? new SimdKernels[] { new SimdKernelsOfWidth<Simd256, Vector256<float>>() } : [],
        .. Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? new SimdKernels[] { new SimdKernelsOfWidth<Simd512, Vector512<float>>() } : [],
    ];

    /// <summary>The widest.</summary>
    public static SimdKernels Best => All[^1];

    /// <summary>Whether <see cref="Best"/> has fused multiply-add in hardware; without it libtorch is the better choice.</summary>
    public static bool IsAccelerated => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>Floats in a register.</summary>
    public abstract int Width { get; }

    /// <summary>Registers of C per row in the widest tile.</summary>
    public abstract int RowVectors { get; }

    /// <summary>A number of floats, padded to whole registers.</summary>
    public int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>Floats that a packed matrix takes.</summary>
    public int PackedLength(int depth, int columns) => checked(depth * Padded(columns));

    /// <summary>Columns of each panel of a matrix: 4, 2 or 1 registers, the most that fill all panels.</summary>
    public int PanelWidth(int columns)
    {
        int registers = Padded(columns) / Width, vectors = RowVectors;
        while (registers % vectors > 0)
        {
            vectors /= 2;
        }

        return vectors * Width;
    }

    /// <summary>C = A × B for all rows and columns.</summary>
    /// <param name="operands">Everything but rows and columns, the same again in the end. Strides of a packed B count rows of the panel.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="columns">The columns of B and C, in whole registers: what fills the last one is computed too.</param>
    /// <param name="packedDepth">Rows of the packed B, or 0 when B is an ordinary matrix.</param>
    /// <param name="windows">The products to compute over these rows; one, from the start of all operands, if null.</param>
    public abstract void Multiply(ref TileOperands operands, in RowSet rows, int columns, int packedDepth = 0, TileWindow[]? windows = null);

    /// <summary>
    /// sums[c] = bias[c] + Σ row[k] B[k, c], where row[k] is not zero. Unless B holds what is not finite, the value is that of <see cref="Multiply"/>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="depth">Its length.</param>
    /// <param name="packed">The packed B, from the first row that counts; its panels are as wide as the widest tile.</param>
    /// <param name="packedDepth">Rows of the packed B.</param>
    /// <param name="columns">The columns of B, in whole panels.</param>
    /// <param name="bias">Where the sums begin, or null for zeros.</param>
    /// <param name="sums">The result.</param>
    public abstract void MultiplyRow(float* row, int depth, float* packed, int packedDepth, int columns, float* bias, float* sums);

    /// <summary>sums[c] = Σ source[r, c], added to what is there or as it is; negative ones zero if asked. Columns are padded to whole registers.</summary>
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
    /// <param name="bias">Added to each channel; or null.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public abstract void Transform(WinogradMatrix matrix, VectorGrid source, VectorGrid destination, int length, bool add = false, float* gate = null,
        float* bias = null, bool relu = false);
}
