using System.Runtime.CompilerServices;

namespace MnistCnn.Kernels;

/// <summary>
/// The micro-kernel that everything is built from: 6 rows of A, each with its own pointer, times 1, 2 or 4 registers of B, in up to 24 accumulators that never leave the registers.
/// A tall tile uses the accumulators for 12 rows × 2 registers. See <see cref="TileOperands"/> for the layout.
/// </summary>
internal static unsafe class MatrixTile<TSimd, TVector, TShape>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TShape : struct, ITileShape
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileOperands* tile)
    {
        TVector i0 = Initial(tile, 0), i1 = TShape.Vectors > 1 ? Initial(tile, 1) : default;
        TVector i2 = TShape.Tall ? i0 : TShape.Vectors > 2 ? Initial(tile, 2) : default, i3 = TShape.Tall ? i1 : TShape.Vectors > 2 ? Initial(tile, 3) : default;
        TVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        TVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        TVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        TVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        TVector c40 = i0, c41 = i1, c42 = i2, c43 = i3;
        TVector c50 = i0, c51 = i1, c52 = i2, c53 = i3;

        int* rows = tile->ARows;
        float* a0 = tile->A + rows[0], a1 = tile->A + rows[1], a2 = tile->A + rows[2];
        float* a3 = tile->A + rows[3], a4 = tile->A + rows[4], a5 = tile->A + rows[5];
        TVector x;
        nint tall = tile->ATall, stepA = tile->AInner, stepB = tile->BInner;
        int* listA = tile->AList, listB = tile->BList;
        for (nint i = 0; i < tile->Outer; i++)
        {
            for (nint j = 0; j < tile->Middle; j++)
            {
                nint k = (i * tile->AOuter) + (j * tile->AMiddle);
                float* b = tile->B + (i * tile->BOuter) + (j * tile->BMiddle);
                for (nint n = tile->Inner; n > 0; n--)
                {
                    if (listA is not null)
                    {
                        k = *listA++;
                        b = tile->B + *listB++;
                    }

                    nint t = k + tall;
                    TVector b0 = TSimd.Load(b), b1 = TShape.Vectors > 1 ? TSimd.Load(b + TSimd.Width) : b0;
                    TVector b2 = TShape.Vectors > 2 ? TSimd.Load(b + (2 * TSimd.Width)) : b0, b3 = TShape.Vectors > 2 ? TSimd.Load(b + (3 * TSimd.Width)) : b1;
                    x = TSimd.Broadcast(a0[k]);
                    (c00, c01) = (TSimd.MultiplyAdd(x, b0, c00), Second(x, b1, c01));
                    x = TShape.Tall ? TSimd.Broadcast(a0[t]) : x;
                    (c02, c03) = (Third(x, b2, c02), Fourth(x, b3, c03));
                    x = TSimd.Broadcast(a1[k]);
                    (c10, c11) = (TSimd.MultiplyAdd(x, b0, c10), Second(x, b1, c11));
                    x = TShape.Tall ? TSimd.Broadcast(a1[t]) : x;
                    (c12, c13) = (Third(x, b2, c12), Fourth(x, b3, c13));
                    x = TSimd.Broadcast(a2[k]);
                    (c20, c21) = (TSimd.MultiplyAdd(x, b0, c20), Second(x, b1, c21));
                    x = TShape.Tall ? TSimd.Broadcast(a2[t]) : x;
                    (c22, c23) = (Third(x, b2, c22), Fourth(x, b3, c23));
                    x = TSimd.Broadcast(a3[k]);
                    (c30, c31) = (TSimd.MultiplyAdd(x, b0, c30), Second(x, b1, c31));
                    x = TShape.Tall ? TSimd.Broadcast(a3[t]) : x;
                    (c32, c33) = (Third(x, b2, c32), Fourth(x, b3, c33));

                    if (TShape.Rows > 4)
                    {
                        x = TSimd.Broadcast(a4[k]);
                        (c40, c41) = (TSimd.MultiplyAdd(x, b0, c40), Second(x, b1, c41));
                        x = TShape.Tall ? TSimd.Broadcast(a4[t]) : x;
                        (c42, c43) = (Third(x, b2, c42), Fourth(x, b3, c43));
                        x = TSimd.Broadcast(a5[k]);
                        (c50, c51) = (TSimd.MultiplyAdd(x, b0, c50), Second(x, b1, c51));
                        x = TShape.Tall ? TSimd.Broadcast(a5[t]) : x;
                        (c52, c53) = (Third(x, b2, c52), Fourth(x, b3, c53));
                    }

                    k += stepA;
                    b += stepB;
                }
            }
        }

        Finish(tile, 0, c00, c01, c02, c03);
        Finish(tile, 1, c10, c11, c12, c13);
        Finish(tile, 2, c20, c21, c22, c23);
        Finish(tile, 3, c30, c31, c32, c33);

        if (TShape.Rows > 4)
        {
            Finish(tile, 4, c40, c41, c42, c43);
            Finish(tile, 5, c50, c51, c52, c53);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Initial(TileOperands* tile, int vector) =>
        tile->Bias is null ? TSimd.Broadcast(0) : TSimd.Load(tile->Bias + (vector * TSimd.Width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Second(TVector a, TVector b, TVector c) => TShape.Vectors > 1 ? TSimd.MultiplyAdd(a, b, c) : c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Third(TVector a, TVector b, TVector c) => TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(a, b, c) : c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Fourth(TVector a, TVector b, TVector c) =>
        TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(a, b, c) : c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(TileOperands* tile, int row, TVector c0, TVector c1, TVector c2, TVector c3)
    {
        nint first = tile->CRows[row], third = TShape.Tall ? first + tile->CTall : first + (2 * TSimd.Width);
        bool hasSecond = TShape.Vectors > 1, hasThird = TShape.Tall || TShape.Vectors > 2, hasFourth = hasThird && hasSecond;
        if (tile->Relu)
            (c0, c1, c2, c3) = (TSimd.Relu(c0), TSimd.Relu(c1), TSimd.Relu(c2), TSimd.Relu(c3));

        float* gate = tile->Gate, c = tile->C;
        if (gate is not null)
        {
            TVector zero = TSimd.Broadcast(0);
            c0 = TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + first), c0);
            c1 = hasSecond ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + first + TSimd.Width), c1) : c1;
            c2 = hasThird ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third), c2) : c2;
            c3 = hasFourth ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third + TSimd.Width), c3) : c3;
        }

        TSimd.Store(c + first, c0);
        if (hasSecond)
            TSimd.Store(c + first + TSimd.Width, c1);

        if (hasThird)
            TSimd.Store(c + third, c2);

        if (hasFourth)
            TSimd.Store(c + third + TSimd.Width, c3);
    }
}
