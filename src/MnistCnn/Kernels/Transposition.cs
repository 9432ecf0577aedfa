using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>destination[c, r] = source[r, c], in blocks of 16 × 16 floats; zero where a gate [c, r] is given and not above zero (the backward pass of ReLU).</summary>
internal static unsafe class Transposition
{
    /// <summary>Floats of a line of the cache: each is written once, whole.</summary>
    private const int Line = 16;

    /// <param name="source">Rows of <paramref name="columns"/> floats.</param>
    /// <param name="sourceStride">Floats from row to row of the source.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Rows of <paramref name="rows"/> floats.</param>
    /// <param name="destinationStride">Floats from row to row of the destination and of the gate.</param>
    /// <param name="gate">The gate, or null.</param>
    /// <param name="stream">Whether the destination, whose rows are aligned, is meant for another core.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, float* gate = null, bool stream = false)
    {
        float* space = stackalloc float[(Line + 1) * Line];
        float* aligned = (float*)(((nint)space + (Line * sizeof(float)) - 1) & -(Line * sizeof(float)));
        bool direct = gate is null && !stream;
        nint toGate = gate is null ? 0 : (nint)gate - (nint)destination;
        int wholeRows = rows & -Line, wholeColumns = columns & -Line;
        for (int c = 0; c < wholeColumns; c += Line)
        {
            for (int r = 0; r < wholeRows; r += Line)
            {
                float* from = source + (r * sourceStride) + c, to = destination + (c * destinationStride) + r;
                float* block = direct ? to : aligned;
                nint blockStride = direct ? destinationStride : Line;
                for (int y = 0; y < Line; y += 4)
                {
                    for (int x = 0; x < Line; x += 4)
                        FourByFour(from + (y * sourceStride) + x, sourceStride, block + (x * blockStride) + y, blockStride);
                }

                for (int i = 0; i < Line && !direct; i++, to += destinationStride)
                {
                    Vector512<float> line = Vector512.Load(block + (i * Line));
                    line = toGate == 0 ? line
                        : Vector512.ConditionalSelect(Vector512.LessThanOrEqual(Vector512.Load((float*)((nint)to + toGate)), Vector512<float>.Zero), Vector512<float>.Zero, line);
                    if (stream)
                        line.StoreAlignedNonTemporal(to);
                    else
                        line.Store(to);
                }
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = r < wholeRows ? wholeColumns : 0; c < columns; c++)
            {
                float* to = destination + (c * destinationStride) + r;
                *to = gate is not null && *(float*)((nint)to + toGate) <= 0 ? 0 : source[(r * sourceStride) + c];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourByFour(float* source, nint sourceStride, float* block, nint blockStride)
    {
        Vector128<float> r0 = Vector128.Load(source), r1 = Vector128.Load(source + sourceStride);
        Vector128<float> r2 = Vector128.Load(source + (2 * sourceStride)), r3 = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> even0 = Lower(r0, r2), even1 = Upper(r0, r2), odd0 = Lower(r1, r3), odd1 = Upper(r1, r3);
        Lower(even0, odd0).Store(block);
        Upper(even0, odd0).Store(block + blockStride);
        Lower(even1, odd1).Store(block + (2 * blockStride));
        Upper(even1, odd1).Store(block + (3 * blockStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Lower(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : Vector128.Create(left[0], right[0], left[1], right[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Upper(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : Vector128.Create(left[2], right[2], left[3], right[3]);
}
