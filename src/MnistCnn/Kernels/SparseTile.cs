using System.Numerics;
using System.Runtime.CompilerServices;

namespace MnistCnn.Kernels;

/// <summary>
/// The micro-kernel for rows of A that are mostly zero: one row times up to 8 registers of B at a time, over what is not zero alone. A register of B is loaded for a single multiplication, not
/// for 6 or 12, which costs no more where B lies in the nearest cache. Sums have the order that <see cref="MatrixTile{TSimd,TVector,TShape}"/> has, and so the same value. See <see cref="SparseOperands"/>
/// for the layout.
/// </summary>
internal static unsafe class SparseTile<TSimd, TVector, TShape>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TShape : struct, ITileShape
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in SparseOperands tile)
    {
        float* a = tile.A, first = tile.B, initial = tile.Initial, c = tile.C;
        nint innerA = tile.AInner, innerB = tile.BInner, panel = tile.BPanel;
        ulong* words = tile.Used;
        for (int rows = tile.Rows; rows > 0; rows--)
        {
            TVector c0 = TSimd.Load(initial), c1 = Initial(initial, 1), c2 = Initial(initial, 2), c3 = Initial(initial, 3);
            TVector c4 = Initial(initial, 4), c5 = Initial(initial, 5), c6 = Initial(initial, 6), c7 = Initial(initial, 7);
            for (ulong used = *words++; used != 0; used &= used - 1)
            {
                nint k = (nint)(uint)BitOperations.TrailingZeroCount(used);
                TVector x = TSimd.Broadcast(a[k * innerA]);
                float* b = first + (k * innerB), half = TSimd.RowVectors > 2 ? b + panel : b + (2 * panel);
                c0 = TSimd.MultiplyAdd(x, TSimd.Load(b), c0);
                c1 = Next(1, x, b + TSimd.Width, c1);
                c2 = Next(2, x, TSimd.RowVectors > 2 ? b + (2 * TSimd.Width) : b + panel, c2);
                c3 = Next(3, x, TSimd.RowVectors > 2 ? b + (3 * TSimd.Width) : b + panel + TSimd.Width, c3);
                c4 = Next(4, x, half, c4);
                c5 = Next(5, x, half + TSimd.Width, c5);
                c6 = Next(6, x, TSimd.RowVectors > 2 ? half + (2 * TSimd.Width) : half + panel, c6);
                c7 = Next(7, x, TSimd.RowVectors > 2 ? half + (3 * TSimd.Width) : half + panel + TSimd.Width, c7);
            }

            TSimd.Store(c, c0);
            Finish(c, 1, c1);
            Finish(c, 2, c2);
            Finish(c, 3, c3);
            Finish(c, 4, c4);
            Finish(c, 5, c5);
            Finish(c, 6, c6);
            Finish(c, 7, c7);
            a += tile.ARow;
            first += tile.BRow;
            initial += tile.InitialRow;
            c += tile.CRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Initial(float* initial, int vector) => TShape.Vectors > vector ? TSimd.Load(initial + (vector * TSimd.Width)) : TSimd.Broadcast(0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Next(int vector, TVector x, float* b, TVector c) => TShape.Vectors > vector ? TSimd.MultiplyAdd(x, TSimd.Load(b), c) : c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* c, int vector, TVector value)
    {
        if (TShape.Vectors > vector)
            TSimd.Store(c + (vector * TSimd.Width), value);
    }
}
