namespace MnistCnn.Kernels;

/// <summary>
/// M x Mᵀ for a matrix M of Lavin and Gray or its transpose, for as many channels at a time as a register has floats. The layer that uses them,
/// WinogradConvolution, has the source.
/// </summary>
internal static unsafe class WinogradTransforms<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>M x for the vectors x of one column.</summary>
    private interface IMatrix
    {
        static abstract void Multiply(float* source, nint stride, float* destination, nint step);
    }

    /// <summary>See <see cref="SimdKernels.Transform"/>.</summary>
    public static void Run(WinogradMatrix matrix, VectorGrid source, VectorGrid destination, int length, in TransformResult result)
    {
        switch (matrix)
        {
            case WinogradMatrix.Input: Transform<InputMatrix>(6, 6, source, destination, length, result); break;
            case WinogradMatrix.InputTransposed: Transform<InputTransposed>(6, 6, source, destination, length, result); break;
            case WinogradMatrix.Output: Transform<OutputMatrix>(4, 6, source, destination, length, result); break;
            case WinogradMatrix.OutputTransposed: Transform<OutputTransposed>(6, 4, source, destination, length, result); break;
            case WinogradMatrix.Weights: Transform<WeightMatrix>(6, 3, source, destination, length, result); break;
            default: Transform<WeightTransposed>(3, 6, source, destination, length, result); break;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform<TMatrix>(int rows, int columns, VectorGrid source, VectorGrid destination, int length, in TransformResult result)
        where TMatrix : struct, IMatrix
    {
        // On a line of the cache: a register that crosses two costs two accesses.
        TVector* space = stackalloc TVector[43];
        float* half = (float*)(((nint)space + sizeof(TVector) - 1) & -sizeof(TVector)), row = half + 36 * TSimd.Width;
        float* bias = result.Bias;
        (bool add, bool relu) = (result.Add, result.Relu);
        nint toGate = result.Gate is null ? 0 : (nint)result.Gate - (nint)destination.Start;
        bool direct = !add && toGate == 0 && bias is null && !relu;
        float* end = row + (direct ? 0 : rows * TSimd.Width);
        for (int c = 0; c < length; c += TSimd.Width)
        {
            for (int x = 0; x < columns; x++)
            {
                TMatrix.Multiply(source.Start + c + x * source.Column, source.Row, half + x * TSimd.Width, 6 * TSimd.Width);
            }

            for (int y = 0; y < rows; y++)
            {
                float* to = destination.Start + c + y * destination.Row;
                TMatrix.Multiply(half + 6 * y * TSimd.Width, TSimd.Width, direct ? to : row, direct ? destination.Column : TSimd.Width);
                for (float* from = row; from < end; from += TSimd.Width, to += destination.Column)
                {
                    TVector value = TSimd.Load(from);
                    value = add ? TSimd.Add(TSimd.Load(to), value) : value;
                    value = bias is null ? value : TSimd.Add(TSimd.Load(bias + c), value);
                    value = relu ? TSimd.Relu(value) : value;
                    value = toGate == 0 ? value : TSimd.ZeroUnlessAbove(TSimd.Broadcast(0), TSimd.Load((float*)((nint)to + toGate)), value);
                    TSimd.Store(to, value);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Times(float factor, TVector value) => TSimd.Multiply(TSimd.Broadcast(factor), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Plus(TVector sum, float factor, TVector value) => TSimd.MultiplyAdd(TSimd.Broadcast(factor), value, sum);

    /// <summary>The six points of a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* destination, nint step, TVector v0, TVector v1, TVector v2, TVector v3, TVector v4, TVector v5)
    {
        TSimd.Store(destination, v0);
        TSimd.Store(destination + step, v1);
        TSimd.Store(destination + 2 * step, v2);
        TSimd.Store(destination + 3 * step, v3);
        TSimd.Store(destination + 4 * step, v4);
        TSimd.Store(destination + 5 * step, v5);
    }

    /// <summary>Bᵀ.</summary>
    private readonly struct InputMatrix : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector d0 = TSimd.Load(source), d1 = TSimd.Load(source + stride), d2 = TSimd.Load(source + 2 * stride);
            TVector d3 = TSimd.Load(source + 3 * stride), d4 = TSimd.Load(source + 4 * stride), d5 = TSimd.Load(source + 5 * stride);
            TVector even = Plus(d4, -4, d2), odd = Plus(d3, -4, d1), evenNear = TSimd.Subtract(d4, d2), oddNear = Times(2, TSimd.Subtract(d3, d1));
            Store(destination, step, Plus(Plus(d4, -5, d2), 4, d0), TSimd.Add(even, odd), TSimd.Subtract(even, odd),
                TSimd.Add(evenNear, oddNear), TSimd.Subtract(evenNear, oddNear), Plus(Plus(d5, -5, d3), 4, d1));
        }
    }

    /// <summary>B.</summary>
    private readonly struct InputTransposed : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector t0 = TSimd.Load(source), t1 = TSimd.Load(source + stride), t2 = TSimd.Load(source + 2 * stride);
            TVector t3 = TSimd.Load(source + 3 * stride), t4 = TSimd.Load(source + 4 * stride), t5 = TSimd.Load(source + 5 * stride);
            TVector sum = TSimd.Add(t1, t2), difference = TSimd.Subtract(t1, t2), farSum = TSimd.Add(t3, t4), farDifference = Times(2, TSimd.Subtract(t3, t4));
            Store(destination, step, Times(4, t0), Times(4, TSimd.Subtract(t5, Plus(difference, 0.25f, farDifference))),
                TSimd.Subtract(Times(-4, Plus(sum, 1.25f, t0)), farSum),
                Plus(TSimd.Add(difference, farDifference), -5, t5), TSimd.Add(TSimd.Add(t0, sum), farSum), t5);
        }
    }

    /// <summary>Aᵀ.</summary>
    private readonly struct OutputMatrix : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector m1 = TSimd.Load(source + stride), m2 = TSimd.Load(source + 2 * stride), m3 = TSimd.Load(source + 3 * stride),
                m4 = TSimd.Load(source + 4 * stride);
            TVector sum = TSimd.Add(m1, m2), difference = TSimd.Subtract(m1, m2), farSum = TSimd.Add(m3, m4), farDifference = TSimd.Subtract(m3, m4);
            TSimd.Store(destination, TSimd.Add(TSimd.Add(TSimd.Load(source), sum), farSum));
            TSimd.Store(destination + step, Plus(difference, 2, farDifference));
            TSimd.Store(destination + 2 * step, Plus(sum, 4, farSum));
            TSimd.Store(destination + 3 * step, TSimd.Add(Plus(difference, 8, farDifference), TSimd.Load(source + 5 * stride)));
        }
    }

    /// <summary>A.</summary>
    private readonly struct OutputTransposed : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector y0 = TSimd.Load(source), y1 = TSimd.Load(source + stride), y2 = TSimd.Load(source + 2 * stride), y3 = TSimd.Load(source + 3 * stride);
            TVector even = TSimd.Add(y0, y2), odd = TSimd.Add(y1, y3), evenFar = Plus(y0, 4, y2), oddFar = Times(2, Plus(y1, 4, y3));
            Store(destination, step, y0, TSimd.Add(even, odd), TSimd.Subtract(even, odd),
                TSimd.Add(evenFar, oddFar), TSimd.Subtract(evenFar, oddFar), y3);
        }
    }

    /// <summary>G.</summary>
    private readonly struct WeightMatrix : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector g0 = TSimd.Load(source), g1 = TSimd.Load(source + stride), g2 = TSimd.Load(source + 2 * stride);
            TVector even = Times(-1 / 6f, TSimd.Add(g0, g2)), evenFar = Plus(Times(1 / 24f, g0), 1 / 6f, g2);
            Store(destination, step, Times(1 / 4f, g0), Plus(even, -1 / 6f, g1), Plus(even, 1 / 6f, g1),
                Plus(evenFar, 1 / 12f, g1), Plus(evenFar, -1 / 12f, g1), g2);
        }
    }

    /// <summary>Gᵀ.</summary>
    private readonly struct WeightTransposed : IMatrix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Multiply(float* source, nint stride, float* destination, nint step)
        {
            TVector u1 = TSimd.Load(source + stride), u2 = TSimd.Load(source + 2 * stride), u3 = TSimd.Load(source + 3 * stride),
                u4 = TSimd.Load(source + 4 * stride);
            TVector near = Times(-1 / 6f, TSimd.Add(u1, u2)), far = TSimd.Add(u3, u4);
            TSimd.Store(destination, Plus(Plus(near, 1 / 24f, far), 1 / 4f, TSimd.Load(source)));
            TSimd.Store(destination + step, Plus(Times(1 / 6f, TSimd.Subtract(u2, u1)), 1 / 12f, TSimd.Subtract(u3, u4)));
            TSimd.Store(destination + 2 * step, TSimd.Add(Plus(near, 1 / 6f, far), TSimd.Load(source + 5 * stride)));
        }
    }
}
