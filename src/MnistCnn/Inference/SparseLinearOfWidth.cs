using System.Runtime.CompilerServices;
using MnistCnn.Kernels;

namespace MnistCnn.Inference;

internal sealed unsafe class SparseLinear<TSimd, TVector> : SparseLinear
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* x, int inputs, float* packed, float* bias, int outputs, bool relu, int* used, float* y)
    {
        int count = List(x, inputs, used);
        int vectors = SimdKernels.PanelVectors(outputs, TSimd.Width, TSimd.RowVectors);
        for (int column = 0; column < outputs; column += vectors * TSimd.Width)
        {
            float* panel = packed + ((nint)inputs * column);
            switch (vectors)
            {
                case 4: Panel<Tile1x4>(x, used, count, panel, bias + column, relu, y + column); break;
                case 2: Panel<Tile1x2>(x, used, count, panel, bias + column, relu, y + column); break;
                default: Panel<Tile1x1>(x, used, count, panel, bias + column, relu, y + column); break;
            }
        }
    }

    /// <summary>One panel; two inputs at a time, each with accumulators of its own, to hide the latency of the additions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<TShape>(float* x, int* used, int count, float* panel, float* bias, bool relu, float* y)
        where TShape : struct, ITileShape
    {
        TVector zero = TSimd.Broadcast(0);
        TVector a0 = TSimd.Load(bias), a1 = TShape.Vectors > 1 ? TSimd.Load(bias + TSimd.Width) : zero;
        TVector a2 = TShape.Vectors > 2 ? TSimd.Load(bias + (2 * TSimd.Width)) : zero, a3 = TShape.Vectors > 2 ? TSimd.Load(bias + (3 * TSimd.Width)) : zero;
        TVector b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        int u = 0;
        for (; u < count - 1; u += 2)
        {
            float* rowA = panel + ((nint)used[u] * TShape.Vectors * TSimd.Width), rowB = panel + ((nint)used[u + 1] * TShape.Vectors * TSimd.Width);
            TVector xa = TSimd.Broadcast(x[used[u]]), xb = TSimd.Broadcast(x[used[u + 1]]);
            a0 = TSimd.MultiplyAdd(xa, TSimd.Load(rowA), a0);
            b0 = TSimd.MultiplyAdd(xb, TSimd.Load(rowB), b0);
            if (TShape.Vectors > 1)
            {
                a1 = TSimd.MultiplyAdd(xa, TSimd.Load(rowA + TSimd.Width), a1);
                b1 = TSimd.MultiplyAdd(xb, TSimd.Load(rowB + TSimd.Width), b1);
            }

            if (TShape.Vectors > 2)
            {
                a2 = TSimd.MultiplyAdd(xa, TSimd.Load(rowA + (2 * TSimd.Width)), a2);
                a3 = TSimd.MultiplyAdd(xa, TSimd.Load(rowA + (3 * TSimd.Width)), a3);
                b2 = TSimd.MultiplyAdd(xb, TSimd.Load(rowB + (2 * TSimd.Width)), b2);
                b3 = TSimd.MultiplyAdd(xb, TSimd.Load(rowB + (3 * TSimd.Width)), b3);
            }
        }

        if (u < count)
        {
            float* row = panel + ((nint)used[u] * TShape.Vectors * TSimd.Width);
            TVector last = TSimd.Broadcast(x[used[u]]);
            a0 = TSimd.MultiplyAdd(last, TSimd.Load(row), a0);
            a1 = TShape.Vectors > 1 ? TSimd.MultiplyAdd(last, TSimd.Load(row + TSimd.Width), a1) : a1;
            a2 = TShape.Vectors > 2 ? TSimd.MultiplyAdd(last, TSimd.Load(row + (2 * TSimd.Width)), a2) : a2;
            a3 = TShape.Vectors > 2 ? TSimd.MultiplyAdd(last, TSimd.Load(row + (3 * TSimd.Width)), a3) : a3;
        }

        Store(TSimd.Add(a0, b0), relu, y);
        if (TShape.Vectors > 1)
        {
            Store(TSimd.Add(a1, b1), relu, y + TSimd.Width);
        }

        if (TShape.Vectors > 2)
        {
            Store(TSimd.Add(a2, b2), relu, y + (2 * TSimd.Width));
            Store(TSimd.Add(a3, b3), relu, y + (3 * TSimd.Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector value, bool relu, float* y) => TSimd.Store(y, relu ? TSimd.Relu(value) : value);
}
