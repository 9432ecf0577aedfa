using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

/// <summary>destination[c, r] = source[r, c], in blocks of 4 × 4 floats; zero where a gate [c, r] is given and not above zero (the backward pass of ReLU).</summary>
internal static unsafe class Transposition
{
    private const int Line = 16;

    /// <param name="source">Rows of <paramref name="columns"/> floats.</param>
    /// <param name="sourceStride">Floats from row to row of the source.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Rows of <paramref name="rows"/> floats.</param>
    /// <param name="destinationStride">Floats from row to row of the destination and of the gate.</param>
    /// <param name="gate">The gate, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, float* gate = null)
    {
        nint toGate = gate is null ? 0 : (nint)gate - (nint)destination;
        int wholeRows = rows & -4, wholeColumns = columns & -4;
        for (int line = 0; line < wholeColumns; line += Line)
        {
            for (int r = 0; r < wholeRows; r += 4)
            {
                for (int c = line; c < Math.Min(line + Line, wholeColumns); c += 4)
                {
                    Block(source + (r * sourceStride) + c, sourceStride, destination + (c * destinationStride) + r, destinationStride, toGate);
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
    private static void Block(float* source, nint sourceStride, float* destination, nint destinationStride, nint toGate)
    {
        Vector128<float> r0 = Vector128.Load(source), r1 = Vector128.Load(source + sourceStride);
        Vector128<float> r2 = Vector128.Load(source + (2 * sourceStride)), r3 = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> even0 = Lower(r0, r2), even1 = Upper(r0, r2), odd0 = Lower(r1, r3), odd1 = Upper(r1, r3);
        Store(Lower(even0, odd0), destination, toGate);
        Store(Upper(even0, odd0), destination + destinationStride, toGate);
        Store(Lower(even1, odd1), destination + (2 * destinationStride), toGate);
        Store(Upper(even1, odd1), destination + (3 * destinationStride), toGate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<float> value, float* destination, nint toGate) =>
        (toGate == 0 ? value : Vector128.ConditionalSelect(
            Vector128.LessThanOrEqual(Vector128.Load((float*)((nint)destination + toGate)), Vector128<float>.Zero), Vector128<float>.Zero, value)).Store(destination);

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
