using System.Numerics;
using System.Runtime.Intrinsics;

namespace MnistCnn.Kernels;

/// <summary>
/// Operations on each element of flat buffers. Lengths are multiples of 16, except where said. Products and sums are rounded one by one, so that every register
/// width gives the same bits.
/// </summary>
internal static unsafe class Elementwise
{
    private static readonly int Width = Vector<float>.Count;

    /// <summary>One step of Adam, in one pass; any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Adam(float* parameters, float* gradients, float* firstMoments, float* secondMoments, int length, in AdamConstants constants)
    {
        int i = 0;
        for (; i <= length - Width; i += Width)
        {
            AdamVector(parameters + i, gradients + i, firstMoments + i, secondMoments + i, constants);
        }

        if (i < length)
        {
            float* rest = stackalloc float[4 * Width];
            float*[] sources = [parameters, gradients, firstMoments, secondMoments];
            for (int s = 0; s < sources.Length; s++)
            {
                new ReadOnlySpan<float>(sources[s] + i, length - i).CopyTo(new Span<float>(rest + s * Width, Width));
            }

            AdamVector(rest, rest + Width, rest + 2 * Width, rest + 3 * Width, constants);
            for (int s = 0; s < sources.Length; s++)
            {
                new ReadOnlySpan<float>(rest + s * Width, length - i).CopyTo(new Span<float>(sources[s] + i, length - i));
            }
        }
    }

    /// <summary>One step of stochastic gradient descent, in one pass.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="velocities">What momentum keeps from step to step, zero at first; not touched where the momentum is 0.</param>
    /// <param name="length">How many there are of each.</param>
    /// <param name="constants">The constants.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sgd(float* parameters, float* gradients, float* velocities, int length, in SgdConstants constants)
    {
        for (int i = 0; i < length; i += Width)
        {
            Vector<float> p = Vector.Load(parameters + i), g = Vector.Load(gradients + i);
            g = constants.WeightDecay == 0 ? g : g + p * constants.WeightDecay;
            if (constants.Momentum != 0)
            {
                Vector<float> velocity = Vector.Load(velocities + i) * constants.Momentum + g;
                velocity.Store(velocities + i);
                g = constants.IsNesterov ? g + velocity * constants.Momentum : velocity;
            }

            (p - g * constants.Rate).Store(parameters + i);
        }
    }

    /// <summary>sums += values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* sums, float* values, int length)
    {
        for (int i = 0; i < length; i += Width)
        {
            (Vector.Load(sums + i) + Vector.Load(values + i)).Store(sums + i);
        }
    }

    /// <summary>sums += values, and zero where <paramref name="gate"/>, unless it is null, is not above zero; a multiple of 4 floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGated(float* sums, float* values, float* gate, int length)
    {
        for (int i = 0; i < length; i += Vector128<float>.Count)
        {
            Vector128<float> sum = Vector128.Load(sums + i) + Vector128.Load(values + i);
            sum = gate is null ? sum : Vector128.AndNot(sum, Vector128.LessThanOrEqual(Vector128.Load(gate + i), Vector128<float>.Zero));
            sum.Store(sums + i);
        }
    }

    /// <summary>values *= factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* values, int length, float factor)
    {
        for (int i = 0; i < length; i += Width)
        {
            (Vector.Load(values + i) * factor).Store(values + i);
        }
    }

    /// <summary>Clips each value to −limit … limit; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clip(float* values, int length, float limit)
    {
        Vector<float> most = new(limit), least = new(-limit);
        for (int i = 0; i < length; i += Width)
        {
            Vector<float> value = Vector.Load(values + i);
            value = Vector.ConditionalSelect(Vector.GreaterThan(value, most), most, value);
            Vector.ConditionalSelect(Vector.LessThan(value, least), least, value).Store(values + i);
        }
    }

    /// <summary>Σ value², in double precision and in an order that does not depend on the register width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* values, int length)
    {
        Vector128<double> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int i = 0; i < length; i += 8)
        {
            (Vector128<double> v0, Vector128<double> v1) = Vector128.Widen(Vector128.Load(values + i));
            (Vector128<double> v2, Vector128<double> v3) = Vector128.Widen(Vector128.Load(values + i + 4));
            (s0, s1, s2, s3) = (s0 + v0 * v0, s1 + v1 * v1, s2 + v2 * v2, s3 + v3 * v3);
        }

        return Vector128.Sum(s0 + s1 + (s2 + s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdamVector(float* parameters, float* gradients, float* first, float* second, in AdamConstants constants)
    {
        Vector<float> p = Vector.Load(parameters), g = Vector.Load(gradients);
        g = constants.L2 == 0 ? g : g + p * constants.L2;
        Vector<float> m = Vector.Load(first) * constants.Beta1 + g * constants.Gain1, v = Vector.Load(second) * constants.Beta2 + g * constants.Gain2 * g;
        // Moments of parameters without a gradient decay into denormal numbers, which cost a hundred cycles each.
        m = Vector.AndNot(m, Vector.LessThanOrEqual(Vector.Abs(m), new Vector<float>(1e-30f)).As<int, float>());
        v = Vector.AndNot(v, Vector.LessThanOrEqual(v, new Vector<float>(1e-36f)).As<int, float>());
        m.Store(first);
        v.Store(second);
        Vector<float> root = Vector.SquareRoot(v) * constants.RootCorrection + new Vector<float>(constants.Epsilon);
        (p * constants.Decay - m * constants.Rate / root).Store(parameters);
    }
}
