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
    /// <param name="stream">Whether the destination, whose rows are aligned, is meant for another core.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, bool stream = false)
    {
        float* space = stackalloc float[(Line + 1) * Line];
        float* aligned = (float*)(((nint)space + (Line * sizeof(float)) - 1) & -(Line * sizeof(float)));
        int wholeRows = rows & -Line, wholeColumns = columns & -Line;
        for (int c = 0; c < wholeColumns; c += Line)
        {
            for (int r = 0; r < wholeRows; r += Line)
            {
                float* from = source + (r * sourceStride) + c, to = destination + (c * destinationStride) + r;
                float* block = stream ? aligned : to;
                nint blockStride = stream ? Line : destinationStride;
                for (int y = 0; y < Line; y += 8)
                {
                    for (int x = 0; x < Line; x += 4)
                    {
                        float* column = block + (x * blockStride) + y;
                        EightByFour(from + (y * sourceStride) + x, sourceStride, column, column + blockStride, column + (2 * blockStride), column + (3 * blockStride));
                    }
                }

                for (int i = 0; i < Line && stream; i++, to += destinationStride)
                    Vector512.Load(block + (i * Line)).StoreAlignedNonTemporal(to);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = r < wholeRows ? wholeColumns : 0; c < columns; c++)
                destination[(c * destinationStride) + r] = source[(r * sourceStride) + c];
        }
    }

    /// <summary>Four columns of eight rows, written in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EightByFour(float* source, nint stride, float* first, float* second, float* third, float* fourth)
    {
        Vector256<float> r0 = Rows(source, stride), r1 = Rows(source + stride, stride), r2 = Rows(source + (2 * stride), stride), r3 = Rows(source + (3 * stride), stride);
        Vector256<float> even0 = Lower(r0, r2), even1 = Upper(r0, r2), odd0 = Lower(r1, r3), odd1 = Upper(r1, r3);
        Lower(even0, odd0).Store(first);
        Upper(even0, odd0).Store(second);
        Lower(even1, odd1).Store(third);
        Upper(even1, odd1).Store(fourth);
    }

    /// <summary>Four floats of a row, and of the fourth row after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rows(float* source, nint stride) => Vector256.Create(Vector128.Load(source), Vector128.Load(source + (4 * stride)));

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
