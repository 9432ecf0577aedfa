namespace MnistCnn.Kernels;

/// <summary>
/// The micro-kernel that everything is built from: 6 rows of A, each with its own pointer, times 1, 2 or 4 registers of B, in up to 24 accumulators that never leave the registers.
/// A tall tile uses the accumulators for 12 rows × 2 registers. What the loops do beside the multiplications is as little as can be: a core whose other half is busy has few instructions to spare.
/// The code is near the run-time compiler's budget for inlining: what exceeds it leaves calls in the loops, and steps take many times as long. See <see cref="TileOperands"/> for the layout.
/// </summary>
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
        TVector i2 = TShape.Vectors > 2 && bias is not null ? TSimd.Load(bias + (2 * TSimd.Width)) : i0, i3 = TShape.Vectors > 2 && bias is not null ? TSimd.Load(bias + (3 * TSimd.Width)) : i1;
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
                nint n = listed ? 0 : (i * tile->AOuter) + (j * tile->AMiddle);
                float* row = b + (i * tile->BOuter) + (j * tile->BMiddle);
                for (nint end = n + (tile->Inner * stepA); n != end; n += stepA, row += stepB)
                {
                    nint k = listed ? listA[n] : n, t = k + tall;
                    row = listed ? b + listB[n] : row;
                    TVector b0 = TSimd.Load(row), b1 = TShape.Vectors > 1 ? TSimd.Load(row + TSimd.Width) : b0;
                    TVector b2 = TShape.Vectors > 2 ? TSimd.Load(row + (2 * TSimd.Width)) : b0, b3 = TShape.Vectors > 2 ? TSimd.Load(row + (3 * TSimd.Width)) : b1;
                    AddTerm(a0, k, t, b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
                    AddTerm(a1, k, t, b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
                    AddTerm(a2, k, t, b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
                    AddTerm(a3, k, t, b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
                    if (TShape.Rows > 4)
                    {
                        AddTerm(a4, k, t, b0, b1, b2, b3, ref c40, ref c41, ref c42, ref c43);
                        AddTerm(a5, k, t, b0, b1, b2, b3, ref c50, ref c51, ref c52, ref c53);
                    }
                }
            }
        }

        rows = tile->CRows;
        nint third = TShape.Tall ? tile->CTall : 2 * TSimd.Width, toGate = tile->Gate is null ? 0 : (nint)tile->Gate - (nint)c;
        bool relu = tile->Relu, stream = tile->Stream;
        Finish(c + rows[0], third, toGate, relu, stream, c00, c01, c02, c03);
        Finish(c + rows[1], third, toGate, relu, stream, c10, c11, c12, c13);
        Finish(c + rows[2], third, toGate, relu, stream, c20, c21, c22, c23);
        Finish(c + rows[3], third, toGate, relu, stream, c30, c31, c32, c33);
        if (TShape.Rows > 4)
        {
            Finish(c + rows[4], third, toGate, relu, stream, c40, c41, c42, c43);
            Finish(c + rows[5], third, toGate, relu, stream, c50, c51, c52, c53);
        }
    }

    /// <summary>Adds a term to a row of C, and to one of the second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm(float* a, nint k, nint tall, TVector b0, TVector b1, TVector b2, TVector b3, ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3)
    {
        TVector x = TSimd.Broadcast(a[k]);
        c0 = TSimd.MultiplyAdd(x, b0, c0);
        c1 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(x, b1, c1) : c1;
        x = TShape.Tall ? TSimd.Broadcast(a[tall]) : x;
        c2 = TShape.Tall || TShape.Vectors > 2 ? TSimd.MultiplyAdd(x, b2, c2) : c2;
        c3 = TShape.Vectors > 2 || (TShape.Tall && TShape.Vectors > 1) ? TSimd.MultiplyAdd(x, b3, c3) : c3;
    }

    /// <summary>Writes a row of C, and one of the second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* c, nint third, nint toGate, bool relu, bool stream, TVector c0, TVector c1, TVector c2, TVector c3)
    {
        bool hasSecond = TShape.Vectors > 1, hasThird = TShape.Tall || TShape.Vectors > 2, hasFourth = hasThird && hasSecond;
        if (relu)
            (c0, c1, c2, c3) = (TSimd.Relu(c0), TSimd.Relu(c1), TSimd.Relu(c2), TSimd.Relu(c3));

        if (toGate != 0)
        {
            TVector zero = TSimd.Broadcast(0);
            float* gate = (float*)((nint)c + toGate);
            c0 = TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate), c0);
            c1 = hasSecond ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + TSimd.Width), c1) : c1;
            c2 = hasThird ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third), c2) : c2;
            c3 = hasFourth ? TSimd.ZeroUnlessAbove(zero, TSimd.Load(gate + third + TSimd.Width), c3) : c3;
        }

        TSimd.Store(c, c0, stream);
        if (hasSecond)
            TSimd.Store(c + TSimd.Width, c1, stream);

        if (hasThird)
            TSimd.Store(c + third, c2, stream);

        if (hasFourth)
            TSimd.Store(c + third + TSimd.Width, c3, stream);
    }
}
