using System.Numerics;
using System.Runtime.Intrinsics;

namespace MnistCnn.Kernels;

/// <summary>
/// A row times a packed matrix, up to 8 registers of columns at a time. The matrix is read once, so memory bounds it: where the row holds zero, as half of it
/// does behind a ReLU, the matrix is not read. Sums have the order that <see cref="MatrixTile{TSimd,TVector,TShape,TTerms}"/> has, and so the same value where
/// the matrix is finite.
/// </summary>
internal static unsafe class RowProduct<TSimd, TVector, TShape>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TShape : struct, ITileShape
{
    private const int Word = 64;

    /// <summary>
    /// sums[c] = initial[c] + Σ row[k] B[k, c], without the initial values if they are null. Panels of B are as wide as a tile and <paramref name="panel"/>
    /// floats apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* row, int depth, float* b, nint panel, float* initial, float* sums)
    {
        TVector c0 = Load(0, initial), c1 = Load(1, initial), c2 = Load(2, initial), c3 = Load(3, initial);
        TVector c4 = Load(4, initial), c5 = Load(5, initial), c6 = Load(6, initial), c7 = Load(7, initial);
        nint third = TSimd.RowVectors > 2 ? 2 * TSimd.Width : panel, fifth = 4 / TSimd.RowVectors * panel;
        for (int first = 0; first < depth; first += Word)
        {
            for (ulong used = FindUsed(row + first, Math.Min(Word, depth - first)); used != 0; used &= used - 1)
            {
                nint k = first + BitOperations.TrailingZeroCount(used);
                float* at = b + k * (TSimd.RowVectors * TSimd.Width);
                TVector x = TSimd.Broadcast(row[k]);
                c0 = TSimd.MultiplyAdd(x, TSimd.Load(at), c0);
                c1 = TSimd.MultiplyAdd(x, TSimd.Load(at + TSimd.Width), c1);
                c2 = TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, TSimd.Load(at + third), c2) : c2;
                c3 = TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, TSimd.Load(at + third + TSimd.Width), c3) : c3;
                c4 = TShape.Vectors > 4 ? TSimd.MultiplyAdd(x, TSimd.Load(at + fifth), c4) : c4;
                c5 = TShape.Vectors > 4 ? TSimd.MultiplyAdd(x, TSimd.Load(at + fifth + TSimd.Width), c5) : c5;
                c6 = TShape.Vectors > 4 ? TSimd.MultiplyAdd(x, TSimd.Load(at + fifth + third), c6) : c6;
                c7 = TShape.Vectors > 4 ? TSimd.MultiplyAdd(x, TSimd.Load(at + fifth + third + TSimd.Width), c7) : c7;
            }
        }

        Store(0, sums, c0, c1);
        Store(2, sums, c2, c3);
        Store(4, sums, c4, c5);
        Store(6, sums, c6, c7);
    }

    /// <summary>Which of up to 64 floats are not zero; NaN is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FindUsed(float* row, int count)
    {
        ulong used = 0;
        int k = 0;
        for (; k <= count - 16; k += 16)
        {
            used |= (~Vector512.Equals(Vector512.Load(row + k), Vector512<float>.Zero).ExtractMostSignificantBits() & 0xFFFF) << k;
        }

        for (; k < count; k++)
        {
            used |= (row[k] != 0 ? 1UL : 0) << k;
        }

        return used;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(int vector, float* initial) => TShape.Vectors > vector && initial is not null ? TSimd.Load(initial + vector * TSimd.Width)
        : TSimd.Broadcast(0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int vector, float* sums, TVector first, TVector second)
    {
        if (TShape.Vectors > vector)
        {
            TSimd.Store(sums + vector * TSimd.Width, first);
            TSimd.Store(sums + (vector + 1) * TSimd.Width, second);
        }
    }
}
