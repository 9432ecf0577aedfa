using System.Numerics;

namespace MnistCnn.Kernels;

/// <summary>
/// The micro-kernel for rows of A that are mostly zero: one row times up to 8 registers of B at a time, over what is not zero alone. A register of B is loaded for a single multiplication, not
/// for 6 or 12, which costs no more where B lies in the nearest cache. Sums have the order that <see cref="MatrixTile{TSimd,TVector,TShape,TTerms}"/> has, and so the same value. See <see cref="SparseOperands"/>
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
        float* a = tile.A, b = tile.B, initial = tile.Initial, c = tile.C;
        nint innerA = tile.AInner, innerB = tile.BInner, panel = tile.BPanel;
        ulong* words = tile.Used;
        for (int rows = tile.Rows; rows > 0; rows--, a += tile.ARow, b += tile.BRow, initial += tile.InitialRow, c += tile.CRow)
        {
            TVector c0 = TSimd.Load(initial), c1 = TSimd.Load(initial + TSimd.Width), c2 = Load(2, initial), c3 = Load(3, initial);
            TVector c4 = Load(4, initial), c5 = Load(5, initial), c6 = Load(6, initial), c7 = Load(7, initial);
            float* b2 = TSimd.RowVectors > 2 ? b + (2 * TSimd.Width) : b + panel, b4 = b + (4 / TSimd.RowVectors * panel), b6 = b4 + (b2 - b);
            for (ulong used = *words++; used != 0; used &= used - 1)
            {
                nint k = (nint)(uint)BitOperations.TrailingZeroCount(used), at = k * innerB;
                TVector x = TSimd.Broadcast(a[k * innerA]);
                AddTerm(0, x, b, at, ref c0, ref c1);
                AddTerm(2, x, b2, at, ref c2, ref c3);
                AddTerm(4, x, b4, at, ref c4, ref c5);
                AddTerm(6, x, b6, at, ref c6, ref c7);
            }

            Store(0, c, c0, c1);
            Store(2, c, c2, c3);
            Store(4, c, c4, c5);
            Store(6, c, c6, c7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(int vector, float* initial) => TShape.Vectors > vector ? TSimd.Load(initial + (vector * TSimd.Width)) : TSimd.Broadcast(0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm(int vector, TVector x, float* b, nint at, ref TVector first, ref TVector second)
    {
        first = TShape.Vectors > vector ? TSimd.MultiplyAdd(x, TSimd.Load(b + at), first) : first;
        second = TShape.Vectors > vector ? TSimd.MultiplyAdd(x, TSimd.Load(b + at + TSimd.Width), second) : second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int vector, float* c, TVector first, TVector second)
    {
        if (TShape.Vectors <= vector)
            return;

        TSimd.Store(c + (vector * TSimd.Width), first);
        TSimd.Store(c + ((vector + 1) * TSimd.Width), second);
    }
}
