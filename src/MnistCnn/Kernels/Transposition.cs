using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>destination[c, r] = source[r, c], in blocks of 16 × 16 floats.</summary>
internal static unsafe class Transposition
{
    /// <summary>Floats of a line of the cache: each is written once, whole.</summary>
    private const int Line = 16;

    /// <param name="source">Rows of <paramref name="columns"/> floats.</param>
    /// <param name="sourceStride">Floats from row to row of the source.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Rows of <paramref name="rows"/> floats.</param>
    /// <param name="destinationStride">Floats from row to row of the destination.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride)
    {
        int wholeRows = rows & -Line, wholeColumns = columns & -Line;
        for (int c = 0; c < wholeColumns; c += Line)
        {
            for (int r = 0; r < wholeRows; r += Line)
            {
                float* from = source + r * sourceStride + c, to = destination + c * destinationStride + r;
                for (int y = 0; y < Line; y += 8)
                {
                    for (int x = 0; x < Line; x += 4)
                    {
                        float* column = to + x * destinationStride + y;
                        EightByFour(from + y * sourceStride + x, sourceStride, column, column + destinationStride, column + 2 * destinationStride,
                            column + 3 * destinationStride);
                    }
                }
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = r < wholeRows ? wholeColumns : 0; c < columns; c++)
            {
                destination[c * destinationStride + r] = source[r * sourceStride + c];
            }
        }
    }

    /// <summary>Transposes a panel of a packed matrix, without the columns whose entry in <paramref name="live"/>, unless that is null, is zero.</summary>
    /// <param name="packed">Rows of <paramref name="panel"/> floats.</param>
    /// <param name="panel">Columns of the panel, a multiple of 4.</param>
    /// <param name="rows">Rows of the panel.</param>
    /// <param name="live">Which columns count.</param>
    /// <param name="destination">A row for each column that counts, filled up with zeros, and room for one more.</param>
    /// <param name="stride">Floats from row to row of the destination.</param>
    /// <returns>Where the row after the last one belongs.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float* Panel(float* packed, int panel, int rows, int* live, float* destination, int stride)
    {
        int whole = rows & -8, filled = Math.Min(stride, (rows + Line - 1) & -Line);
        for (int column = 0; column < panel; column += 4, packed += 4)
        {
            // The row of a column that is left out is that of the next one, which is written after it.
            float* second = Next(destination, column), third = Next(second, column + 1), fourth = Next(third, column + 2);
            for (int r = 0; r < whole; r += 8)
            {
                EightByFour(packed + r * panel, panel, destination + r, second + r, third + r, fourth + r);
            }

            for (int r = whole; r < filled; r++)
            {
                Vector128<float> four = r < rows ? Vector128.Load(packed + r * panel) : Vector128<float>.Zero;
                (destination[r], second[r], third[r], fourth[r]) = (four[0], four[1], four[2], four[3]);
            }

            destination = Next(fourth, column + 3);
        }

        return destination;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        float* Next(float* row, int column) => row + (live is not null && live[column] == 0 ? 0 : stride);
    }

    /// <summary>Four columns of eight rows, written in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightByFour(float* source, nint stride, float* first, float* second, float* third, float* fourth)
    {
        Vector256<float> r0 = Rows(source, stride), r1 = Rows(source + stride, stride), r2 = Rows(source + 2 * stride, stride),
            r3 = Rows(source + 3 * stride, stride);
        Vector256<float> even0 = Lower(r0, r2), even1 = Upper(r0, r2), odd0 = Lower(r1, r3), odd1 = Upper(r1, r3);
        Lower(even0, odd0).Store(first);
        Upper(even0, odd0).Store(second);
        Lower(even1, odd1).Store(third);
        Upper(even1, odd1).Store(fourth);
    }

    /// <summary>Four floats of a row, and of the fourth row after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rows(float* source, nint stride) => Vector256.Create(Vector128.Load(source), Vector128.Load(source + 4 * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Lower(Vector256<float> l, Vector256<float> r) =>
        Avx.IsSupported ? Avx.UnpackLow(l, r)
        : AdvSimd.Arm64.IsSupported ? Vector256.Create(AdvSimd.Arm64.ZipLow(l.GetLower(), r.GetLower()), AdvSimd.Arm64.ZipLow(l.GetUpper(), r.GetUpper()))
        : Vector256.Create(l[0], r[0], l[1], r[1], l[4], r[4], l[5], r[5]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Upper(Vector256<float> l, Vector256<float> r) =>
        Avx.IsSupported ? Avx.UnpackHigh(l, r)
        : AdvSimd.Arm64.IsSupported ? Vector256.Create(AdvSimd.Arm64.ZipHigh(l.GetLower(), r.GetLower()), AdvSimd.Arm64.ZipHigh(l.GetUpper(), r.GetUpper()))
        : Vector256.Create(l[2], r[2], l[3], r[3], l[6], r[6], l[7], r[7]);
}
