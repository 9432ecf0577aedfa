using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Kernels;

internal sealed unsafe class SimdKernels<TSimd, TVector> : SimdKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override int Width => TSimd.Width;

    public override int RowVectors => TSimd.RowVectors;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(in TileOperands operands, RowTiles? rows, int columns, int packedDepth = 0, TileWindow[]? windows = null, int listed = 0)
    {
        TileWindow whole = new(0, 0, 0, (int)operands.Middle, (int)operands.Inner);
        TileOperands tile = operands;
        int panel = PanelWidth(columns);
        nint scale = packedDepth > 0 ? panel : 1;
        (tile.BOuter, tile.BMiddle, tile.BInner) = (operands.BOuter * scale, operands.BMiddle * scale, operands.BInner * scale);
        for (int column = 0; column < columns; column += panel)
        {
            float* b = operands.B + (packedDepth > 0 ? (nint)packedDepth * column : column);
            tile.Bias = operands.Bias is null ? null : operands.Bias + column;
            foreach (ref readonly TileWindow window in windows ?? new ReadOnlySpan<TileWindow>(in whole))
            {
                tile.A = operands.A + window.A;
                tile.B = b + (window.Row * scale);
                (tile.Middle, tile.Inner) = (window.Middle, window.Inner);
                tile.C = operands.C + column + window.C;
                tile.Gate = operands.Gate is null ? null : operands.Gate + column + window.C;
                if (rows is null)
                    MultiplyListedRows(tile, listed, panel / TSimd.Width);
                else if (columns - column < panel)
                    SimdKernels<SimdScalar, float>.MultiplyColumns(tile, rows.Tall, columns - column);
                else
                    MultiplyTiles(&tile, 2 * panel <= TSimd.RowVectors * TSimd.Width ? rows.Tall : rows.Wide, panel / TSimd.Width);
            }
        }
    }

    public override void MultiplySparse(in SparseOperands operands, int columns)
    {
        SparseOperands tile = operands;
        int panel = TSimd.RowVectors * TSimd.Width, most = 8 * TSimd.Width;
        tile.BPanel = operands.BPanel > 0 ? operands.BPanel : panel;
        for (int column = 0, left; (left = columns - column) > 0; column += left)
        {
            left = left < most ? panel : most;
            tile.B = operands.B + (column / panel * tile.BPanel);
            tile.Initial = operands.Initial + column;
            tile.C = operands.C + column;
            if (left > panel)
                SparseTile<TSimd, TVector, Tile1x8>.Run(tile);
            else if (TSimd.RowVectors > 2)
                SparseTile<TSimd, TVector, Tile1x4>.Run(tile);
            else
                SparseTile<TSimd, TVector, Tile1x2>.Run(tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumRows(float* source, nint stride, int rows, int columns, float* sums, bool add = false, bool relu = false)
    {
        int c = 0;
        for (; c <= columns - TSimd.Width; c += TSimd.Width)
        {
            TVector s0 = TSimd.Broadcast(0), s1 = s0, s2 = s0, s3 = s0;
            int r = 0;
            for (; r <= rows - 4; r += 4)
            {
                s0 = TSimd.Add(s0, TSimd.Load(source + (r * stride) + c));
                s1 = TSimd.Add(s1, TSimd.Load(source + ((r + 1) * stride) + c));
                s2 = TSimd.Add(s2, TSimd.Load(source + ((r + 2) * stride) + c));
                s3 = TSimd.Add(s3, TSimd.Load(source + ((r + 3) * stride) + c));
            }

            for (; r < rows; r++)
                s0 = TSimd.Add(s0, TSimd.Load(source + (r * stride) + c));

            s0 = TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3));
            s0 = add ? TSimd.Add(TSimd.Load(sums + c), s0) : s0;
            TSimd.Store(sums + c, relu ? TSimd.Relu(s0) : s0);
        }

        if (c < columns)
            Scalar.SumRows(source + c, stride, rows, columns - c, sums + c, add, relu);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool AllWithin(float* source, nint stride, int rows, int columns, float limit)
    {
        TVector bound = TSimd.Broadcast(limit), excess = TSimd.Broadcast(0);
        for (int r = 0; r < rows; r++, source += stride)
        {
            for (int c = 0; c < columns; c += TSimd.Width)
            {
                TVector value = TSimd.Absolute(TSimd.Load(source + c));
                excess = TSimd.Add(excess, TSimd.ZeroUnlessAbove(bound, value, value));
            }
        }

        float* lanes = stackalloc float[TSimd.Width];
        TSimd.Store(lanes, excess);
        return !new ReadOnlySpan<float>(lanes, TSimd.Width).ContainsAnyExcept(0);
    }

    public override void Transform(WinogradMatrix matrix, VectorGrid source, VectorGrid destination, int length, bool add = false, float* gate = null, float* bias = null, bool stream = false) =>
        WinogradTransforms<TSimd, TVector>.Run(matrix, source, destination, length, add, gate, bias, stream);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Permute(float* source, nint stride, int rows, int* starts, int* lanes, int columns, float* destination, nint destinationStride, bool compact)
    {
        for (int c = 0; c < columns; c += TSimd.Width, starts++)
        {
            float* from = source + (compact ? c : *starts), to = destination + (compact ? *starts : c);
            for (int r = 0; r < rows; r++, from += stride, to += destinationStride)
                TSimd.Store(to, TSimd.Permute(TSimd.Load(from), lanes + c));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Adam(float* parameters, float* gradients, float* firstMoments, float* secondMoments, int length, in AdamStep step, bool stream = false)
    {
        int i = 0;
        for (; i <= length - TSimd.Width; i += TSimd.Width)
            AdamVector(parameters + i, TSimd.Load(gradients + i), firstMoments + i, secondMoments + i, step, stream);

        if (i < length)
            Scalar.Adam(parameters + i, gradients + i, firstMoments + i, secondMoments + i, length - i, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AdamExpanded(float* parameters, float* source, nint stride, int rows, int* starts, int* lanes, int columns, float* firstMoments, float* secondMoments, in AdamStep step, nint ahead)
    {
        for (nint i = 0, end = (nint)rows * columns; i < end; source += stride)
        {
            for (int c = 0; c < columns; c += TSimd.Width, i += TSimd.Width)
                AdamVector(parameters + i, TSimd.Permute(TSimd.Load(source + starts[c / TSimd.Width]), lanes + c), firstMoments + i, secondMoments + i, step, stream: false, ahead);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdamVector(float* parameters, TVector g, float* first, float* second, in AdamStep step, bool stream, nint ahead = 0)
    {
        if (Sse.IsSupported && ahead > 0)
        {
            Sse.Prefetch1(parameters + ahead);
            Sse.Prefetch1(first + ahead);
            Sse.Prefetch1(second + ahead);
        }

        TVector p = TSimd.Load(parameters), m = TSimd.Load(first), v = TSimd.Load(second);
        g = step.L2 == 0 ? g : TSimd.MultiplyAdd(TSimd.Broadcast(step.L2), p, g);
        m = TSimd.MultiplyAdd(TSimd.Broadcast(step.Gain1), g, TSimd.Multiply(TSimd.Broadcast(step.Beta1), m));
        v = TSimd.Add(TSimd.Multiply(TSimd.Broadcast(step.Beta2), v), TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(step.Gain2), g), g));
        // Moments of parameters without a gradient decay into denormal numbers, which cost a hundred cycles each.
        m = TSimd.ZeroUnlessAbove(TSimd.Broadcast(1e-30f), TSimd.Absolute(m), m);
        v = TSimd.ZeroUnlessAbove(TSimd.Broadcast(1e-36f), v, v);
        TSimd.Store(first, m);
        TSimd.Store(second, v);
        TVector root = TSimd.Add(TSimd.Multiply(TSimd.SquareRoot(v), TSimd.Broadcast(step.RootCorrection)), TSimd.Broadcast(step.Epsilon));
        TSimd.Store(parameters, TSimd.Add(TSimd.Multiply(p, TSimd.Broadcast(step.Decay)), TSimd.Divide(TSimd.Multiply(TSimd.Broadcast(-step.Rate), m), root)), stream);
    }

    /// <summary>A product as wide as a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTiles(TileOperands* tile, RowTile[] rows, int vectors)
    {
        fixed (RowTile* first = rows)
        {
            for (RowTile* row = first, end = first + rows.Length; row < end; row++)
            {
                tile->ARows = row->A;
                tile->CRows = row->C;
                (tile->ATall, tile->CTall) = (row->ATall, row->CTall);
                Run(tile, row->Rows, vectors, row->Tall);
            }
        }
    }

    /// <summary>The same for rows of A and C whose offsets are in lists. The processor does not foresee where those of the tile after the next are: they are fetched meanwhile.</summary>
    private static void MultiplyListedRows(TileOperands tile, int rows, int vectors)
    {
        const int ahead = 12;
        for (; rows >= 6; rows -= 6, tile.ARows += 6, tile.CRows += 6)
        {
            for (int r = ahead; r < Math.Min(ahead + 6, rows) && Sse.IsSupported; r++)
            {
                Sse.Prefetch0(tile.A + tile.ARows[r]);
                Sse.Prefetch0(tile.C + tile.CRows[r]);
            }

            Run(&tile, 6, vectors, tall: false);
        }

        if (rows > 0)
        {
            RowTile last = default;
            last.Set(new(tile.ARows, rows), new(tile.CRows, rows));
            tile.ARows = last.A;
            tile.CRows = last.C;
            Run(&tile, last.Rows, vectors, tall: false);
        }
    }

    /// <summary>The last columns of a product, one by one, since registers are wider than C.</summary>
    private static void MultiplyColumns(TileOperands tile, RowTile[] rows, int columns)
    {
        for (int c = 0; c < columns; c++, tile.B++, tile.C++)
        {
            MultiplyTiles(&tile, rows, 1);
            tile.Bias += tile.Bias is null ? 0 : 1;
            tile.Gate += tile.Gate is null ? 0 : 1;
        }
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
            MatrixTile<TSimd, TVector, TShape, StridedTerms>.Run(tile);
        else
            MatrixTile<TSimd, TVector, TShape, ListedTerms>.Run(tile);
    }
}
