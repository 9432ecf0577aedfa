namespace MnistCnn.Kernels;

internal sealed unsafe class SimdKernelsOfWidth<TSimd, TVector> : SimdKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override int Width => TSimd.Width;

    public override int RowVectors => TSimd.RowVectors;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(ref TileOperands operands, in RowSet rows, int columns, int packedDepth = 0, TileWindow[]? windows = null)
    {
        fixed (TileOperands* tile = &operands)
        {
            float* a = tile->A, b = tile->B, c = tile->C, bias = tile->Bias, gate = tile->Gate;
            nint outer = tile->Outer, middle = tile->Middle, inner = tile->Inner, outerB = tile->BOuter, middleB = tile->BMiddle, innerB = tile->BInner;
            int panel = PanelWidth(columns), vectors = panel / TSimd.Width;
            nint scale = packedDepth > 0 ? panel : 1;
            (tile->BOuter, tile->BMiddle, tile->BInner) = (outerB * scale, middleB * scale, innerB * scale);
            for (int column = 0; column < columns; column += panel)
            {
                float* firstB = b + (packedDepth > 0 ? (nint)packedDepth * column : column);
                tile->Bias = bias is null ? null : bias + column;
                if (windows is null)
                {
                    tile->A = a;
                    tile->B = firstB;
                    tile->C = c + column;
                    tile->Gate = gate is null ? null : gate + column;
                    MultiplyPanel(tile, rows, vectors);
                    continue;
                }

                foreach (ref readonly TileWindow window in windows.AsSpan())
                {
                    tile->A = a + window.A;
                    tile->B = firstB + window.Row * scale;
                    (tile->Outer, tile->Middle, tile->Inner) = (window.Outer, window.Middle, window.Inner);
                    tile->C = c + column + window.C;
                    tile->Gate = gate is null ? null : gate + column + window.C;
                    MultiplyPanel(tile, rows, vectors);
                }
            }

            tile->A = a;
            tile->B = b;
            tile->C = c;
            tile->Bias = bias;
            tile->Gate = gate;
            (tile->Outer, tile->Middle, tile->Inner, tile->BOuter, tile->BMiddle, tile->BInner) = (outer, middle, inner, outerB, middleB, innerB);
        }
    }

    public override void MultiplyRow(float* row, int depth, float* packed, int packedDepth, int columns, float* bias, float* sums)
    {
        int width = TSimd.RowVectors * TSimd.Width;
        nint panel = (nint)packedDepth * width;
        for (int column = 0, taken; column < columns; column += taken)
        {
            float* b = packed + (nint)packedDepth * column, initial = bias is null ? null : bias + column;
            taken = columns - column < 8 * TSimd.Width ? width : 8 * TSimd.Width;
            if (taken > width)
            {
                RowProduct<TSimd, TVector, Tile1x8>.Run(row, depth, b, panel, initial, sums + column);
            }
            else if (TSimd.RowVectors > 2)
            {
                RowProduct<TSimd, TVector, Tile1x4>.Run(row, depth, b, panel, initial, sums + column);
            }
            else
            {
                RowProduct<TSimd, TVector, Tile1x2>.Run(row, depth, b, panel, initial, sums + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumRows(float* source, nint stride, int rows, int columns, float* sums, bool add = false, bool relu = false)
    {
        for (int c = 0; c < columns; c += TSimd.Width)
        {
            TVector s0 = TSimd.Broadcast(0), s1 = s0, s2 = s0, s3 = s0;
            float* row = source + c;
            int r = 0;
            for (; r <= rows - 4; r += 4, row += 4 * stride)
            {
                s0 = TSimd.Add(s0, TSimd.Load(row));
                s1 = TSimd.Add(s1, TSimd.Load(row + stride));
                s2 = TSimd.Add(s2, TSimd.Load(row + 2 * stride));
                s3 = TSimd.Add(s3, TSimd.Load(row + 3 * stride));
            }

            for (; r < rows; r++, row += stride)
            {
                s0 = TSimd.Add(s0, TSimd.Load(row));
            }

            s0 = TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3));
            s0 = add ? TSimd.Add(TSimd.Load(sums + c), s0) : s0;
            TSimd.Store(sums + c, relu ? TSimd.Relu(s0) : s0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool AllWithin(float* source, nint stride, int rows, int columns, float limit)
    {
        // Several sums, since each addition waits for the one before.
        TVector bound = TSimd.Broadcast(limit), e0 = TSimd.Broadcast(0), e1 = e0, e2 = e0, e3 = e0;
        for (int r = 0; r < rows; r++, source += stride)
        {
            int c = 0;
            for (; c <= columns - 4 * TSimd.Width; c += 4 * TSimd.Width)
            {
                e0 = TSimd.Add(e0, Excess(source + c, bound));
                e1 = TSimd.Add(e1, Excess(source + c + TSimd.Width, bound));
                e2 = TSimd.Add(e2, Excess(source + c + 2 * TSimd.Width, bound));
                e3 = TSimd.Add(e3, Excess(source + c + 3 * TSimd.Width, bound));
            }

            for (; c < columns; c += TSimd.Width)
            {
                e0 = TSimd.Add(e0, Excess(source + c, bound));
            }
        }

        float* lanes = stackalloc float[TSimd.Width];
        TSimd.Store(lanes, TSimd.Add(TSimd.Add(e0, e1), TSimd.Add(e2, e3)));
        return !new ReadOnlySpan<float>(lanes, TSimd.Width).ContainsAnyExcept(0);
    }

    public override void Transform(WinogradMatrix matrix, VectorGrid source, VectorGrid destination, int length, bool add = false, float* gate = null,
        float* bias = null, bool relu = false) =>
        WinogradTransforms<TSimd, TVector>.Run(matrix, source, destination, length, new TransformResult(add, gate, bias, relu));

    /// <summary>Magnitudes that are above a bound or NaN, and zero in place of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Excess(float* source, TVector bound)
    {
        TVector value = TSimd.Absolute(TSimd.Load(source));
        return TSimd.ZeroUnlessAbove(bound, value, value);
    }

    /// <summary>A product as wide as a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(TileOperands* tile, in RowSet rows, int vectors)
    {
        bool tall = 2 * vectors <= TSimd.RowVectors;
        if (rows.ListA is not null)
        {
            MultiplyListed(tile, rows.Count, rows.ListA, rows.ListC, vectors);
        }
        else if ((tall ? rows.Tall : rows.Wide) is { } table)
        {
            fixed (RowTile* first = table)
            {
                for (RowTile* row = first, end = first + table.Length; row < end; row++)
                {
                    Run(tile, row, vectors);
                }
            }
        }
        else
        {
            MultiplyStrided(tile, rows, vectors, tall);
        }
    }

    [SkipLocalsInit]
    private static void MultiplyStrided(TileOperands* tile, in RowSet rows, int vectors, bool tall)
    {
        RowTile row = default;
        int taken = 0, second = -1, strideA = rows.StrideA, strideC = rows.StrideC;
        for (int left = rows.Count; left > 0; left -= taken + second)
        {
            // Until the last rows all tiles are alike.
            (int Rows, int Second) next = left > RowTile.MostRows && taken > 0 ? (taken, second) : RowTile.Next(left, tall);
            if (next.Rows != taken || next.Second != second)
            {
                (taken, second) = next;
                row.Set(taken, strideA, strideC, second);
            }

            Run(tile, &row, vectors);
            nint done = taken + second;
            tile->A += done * strideA;
            tile->C += done * strideC;
            tile->Gate += tile->Gate is null ? 0 : done * strideC;
        }
    }

    [SkipLocalsInit]
    private static void MultiplyListed(TileOperands* tile, int rows, int* listA, int* listC, int vectors)
    {
        for (; rows >= 6; rows -= 6, listA += 6, listC += 6)
        {
            tile->ARows = listA;
            tile->CRows = listC;
            Run(tile, 6, vectors, tall: false);
        }

        if (rows > 0)
        {
            RowTile last = default;
            last.Set(new(listA, rows), new(listC, rows));
            Run(tile, &last, vectors);
        }
    }

    private static void Run(TileOperands* tile, RowTile* rows, int vectors)
    {
        tile->ARows = rows->A;
        tile->CRows = rows->C;
        (tile->ATall, tile->CTall) = (rows->ATall, rows->CTall);
        Run(tile, rows->Rows, vectors, rows->Tall);
    }

    private static void Run(TileOperands* tile, int rows, int vectors, bool tall)
    {
        switch (rows, vectors, tall)
        {
            case (6, 4, false): Run<Tile6x4>(tile); break;
            case (4, 4, false): Run<Tile4x4>(tile); break;
            case (6, 2, false): Run<Tile6x2>(tile); break;
            case (4, 2, false): Run<Tile4x2>(tile); break;
            case (6, 1, false): Run<Tile6x1>(tile); break;
            case (4, 1, false): Run<Tile4x1>(tile); break;
            case (6, 2, true): Run<Tall6x2>(tile); break;
            case (4, 2, true): Run<Tall4x2>(tile); break;
            case (6, 1, true): Run<Tall6x1>(tile); break;
            case (4, 1, true): Run<Tall4x1>(tile); break;
        }
    }

    private static void Run<TShape>(TileOperands* tile)
        where TShape : struct, ITileShape
    {
        if (tile->AList is null)
        {
            MatrixTile<TSimd, TVector, TShape, StridedTerms>.Run(tile);
        }
        else
        {
            MatrixTile<TSimd, TVector, TShape, ListedTerms>.Run(tile);
        }
    }
}
