namespace MnistCnn.Kernels;

/// <summary>
/// The micro-kernel that every product is built from: 6 rows of A, each with its own pointer, times 1, 2 or 4 registers of B, in up to 24 accumulators that
/// stay in registers. A tall tile uses the accumulators for 12 rows × 2 registers. See <see cref="TileOperands"/> for the layout.
/// </summary>
/// <remarks>
/// The accumulators are locals that no call takes by reference: .NET 8 and 9 keep them in registers only then. The code is near the run-time compiler's budget
/// for inlining: beyond it calls remain in the loop, and a step takes many times as long.
/// </remarks>
internal static unsafe class MatrixTile<TSimd, TVector, TShape, TTerms>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TShape : struct, ITileShape
    where TTerms : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileOperands* tile)
    {
        float* a = tile->A, b = tile->B, c = tile->C, bias = tile->Bias;
        TVector i0 = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias), i1 = TShape.Vectors > 1 && bias is not null ? TSimd.Load(bias + TSimd.Width) : i0;
        TVector i2 = TShape.Vectors > 2 && bias is not null ? TSimd.Load(bias + 2 * TSimd.Width) : i0,
            i3 = TShape.Vectors > 2 && bias is not null ? TSimd.Load(bias + 3 * TSimd.Width) : i1;
        TVector c00 = i0, c01 = i1, c02 = i2, c03 = i3;
        TVector c10 = i0, c11 = i1, c12 = i2, c13 = i3;
        TVector c20 = i0, c21 = i1, c22 = i2, c23 = i3;
        TVector c30 = i0, c31 = i1, c32 = i2, c33 = i3;
        TVector c40 = i0, c41 = i1, c42 = i2, c43 = i3;
        TVector c50 = i0, c51 = i1, c52 = i2, c53 = i3;

        int* rows = tile->ARows;
        float* a0 = a + rows[0], a1 = a + rows[1], a2 = a + rows[2], a3 = a + rows[3], a4 = a + rows[4], a5 = a + rows[5];
        bool listed = typeof(TTerms) == typeof(ListedTerms);
        nint tall = tile->ATall, stepA = listed ? 1 : tile->AInner, stepB = tile->BInner;
        int* listA = tile->AList, listB = tile->BList;
        for (nint i = 0; i < tile->Outer; i++)
        {
            for (nint j = 0; j < tile->Middle; j++)
            {
                // A place in the lists, or an offset in the rows of A.
                nint n = listed ? 0 : i * tile->AOuter + j * tile->AMiddle;
                float* row = b + i * tile->BOuter + j * tile->BMiddle;
                for (nint end = n + tile->Inner * stepA; n != end; n += stepA, row += stepB)
                {
                    nint k = listed ? listA[n] : n, t = k + tall;
                    row = listed ? b + listB[n] : row;
                    TVector b0 = TSimd.Load(row), b1 = TShape.Vectors > 1 ? TSimd.Load(row + TSimd.Width) : b0;
                    TVector b2 = TShape.Vectors > 2 ? TSimd.Load(row + 2 * TSimd.Width) : b0, b3 = TShape.Vectors > 2 ? TSimd.Load(row + 3 * TSimd.Width) : b1;
                    TVector x = TSimd.Broadcast(a0[k]);
                    c00 = TSimd.MultiplyAdd(x, b0, c00);
                    c01 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c01) : c01;
                    x = TShape.Tall ? TSimd.Broadcast(a0[t]) : x;
                    c02 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c02) : c02;
                    c03 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c03) : c03;
                    x = TSimd.Broadcast(a1[k]);
                    c10 = TSimd.MultiplyAdd(x, b0, c10);
                    c11 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c11) : c11;
                    x = TShape.Tall ? TSimd.Broadcast(a1[t]) : x;
                    c12 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c12) : c12;
                    c13 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c13) : c13;
                    x = TSimd.Broadcast(a2[k]);
                    c20 = TSimd.MultiplyAdd(x, b0, c20);
                    c21 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c21) : c21;
                    x = TShape.Tall ? TSimd.Broadcast(a2[t]) : x;
                    c22 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c22) : c22;
                    c23 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c23) : c23;
                    x = TSimd.Broadcast(a3[k]);
                    c30 = TSimd.MultiplyAdd(x, b0, c30);
                    c31 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c31) : c31;
                    x = TShape.Tall ? TSimd.Broadcast(a3[t]) : x;
                    c32 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c32) : c32;
                    c33 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c33) : c33;
                    if (TShape.Rows > 4)
                    {
                        x = TSimd.Broadcast(a4[k]);
                        c40 = TSimd.MultiplyAdd(x, b0, c40);
                        c41 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c41) : c41;
                        x = TShape.Tall ? TSimd.Broadcast(a4[t]) : x;
                        c42 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c42) : c42;
                        c43 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c43) : c43;
                        x = TSimd.Broadcast(a5[k]);
                        c50 = TSimd.MultiplyAdd(x, b0, c50);
                        c51 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c51) : c51;
                        x = TShape.Tall ? TSimd.Broadcast(a5[t]) : x;
                        c52 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c52) : c52;
                        c53 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c53) : c53;
                    }
                }
            }
        }

        rows = tile->CRows;
        nint third = TShape.Tall ? tile->CTall : 2 * TSimd.Width, toGate = tile->Gate is null ? 0 : (nint)tile->Gate - (nint)c;
        bool relu = tile->Relu;
        Finish(c + rows[0], third, toGate, relu, c00, c01, c02, c03);
        Finish(c + rows[1], third, toGate, relu, c10, c11, c12, c13);
        Finish(c + rows[2], third, toGate, relu, c20, c21, c22, c23);
        Finish(c + rows[3], third, toGate, relu, c30, c31, c32, c33);
        if (TShape.Rows > 4)
        {
            Finish(c + rows[4], third, toGate, relu, c40, c41, c42, c43);
            Finish(c + rows[5], third, toGate, relu, c50, c51, c52, c53);
        }
    }

    /// <summary>Writes a row of C, and one of the second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* c, nint third, nint toGate, bool relu, TVector c0, TVector c1, TVector c2, TVector c3)
    {
        bool hasSecond = TShape.Vectors > 1, hasThird = TShape.Tall || TShape.Vectors > 2, hasFourth = hasThird && hasSecond;
        if (relu)
        {
            (c0, c1, c2, c3) = (TSimd.Relu(c0), TSimd.Relu(c1), TSimd.Relu(c2), TSimd.Relu(c3));
        }

        if (toGate != 0)
        {
            TVector zero = TSimd.Broadcast(0);
            float* gate = (float*)((nint)c + toGate);
            c0 = TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate), c0);
            c1 = hasSecond ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + TSimd.Width), c1) : c1;
            c2 = hasThird ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third), c2) : c2;
            c3 = hasFourth ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third + TSimd.Width), c3) : c3;
        }

        TSimd.Store(c, c0);
        if (hasSecond)
        {
            TSimd.Store(c + TSimd.Width, c1);
        }

        if (hasThird)
        {
            TSimd.Store(c + third, c2);
        }

        if (hasFourth)
        {
            TSimd.Store(c + third + TSimd.Width, c3);
        }
    }
}
