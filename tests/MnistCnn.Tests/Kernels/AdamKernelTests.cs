using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Tests.Networks;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class AdamKernelTests
{
    [Fact]
    public void Every_length_is_updated_as_by_the_formula_and_nothing_behind_it() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[0, 3], Gen.Bool.Select(b => b ? 0.1 : 0), Gen.Bool, Gen.Bool, Gen.Int[0, 1000])
            .Sample((length, gap, decay, decoupled, stream, seed) =>
            {
                foreach (SimdKernels simd in KernelNetwork.Widths())
                {
                    Compare(simd, length, gap, decay, decoupled, stream, seed);
                }
            }, iter: 100);

    [Fact]
    public void Moments_without_gradient_reach_zero_and_not_denormal_numbers()
    {
        float[] p = new float[16], g = new float[16], m = [.. Enumerable.Repeat(1e-3f, 16)], v = [.. Enumerable.Repeat(1e-6f, 16)];
        for (int step = 1; step <= 1000; step++)
        {
            Step(SimdKernels.Best, p, g, m, v, 16, AdamStep.Create(0.001, 0.9, 0.999, 1e-8, 0, false, step));
        }

        Assert.All(m, value => Assert.Equal(0, value));
    }

    private static void Compare(SimdKernels simd, int length, int gap, double decay, bool decoupled, bool stream, int seed)
    {
        Random random = new(seed);
        float[] Values() => [.. Enumerable.Range(0, length + gap).Select(_ => (random.NextSingle() * 2) - 1)];
        float[] p = Values(), g = Values(), m = new float[p.Length], v = new float[p.Length];
        double[] rp = [.. p.Select(x => (double)x)], rm = new double[p.Length], rv = new double[p.Length];
        for (int step = 1; step <= 5; step++)
        {
            Step(simd, p, g, m, v, length, AdamStep.Create(0.01, 0.9, 0.99, 1e-8, decay, decoupled, step), stream);
            for (int i = 0; i < p.Length; i++)
            {
                if (i < length)
                {
                    double gradient = g[i] + (decoupled ? 0 : decay * rp[i]);
                    rp[i] *= decoupled ? 1 - (0.01 * decay) : 1;
                    rm[i] = (0.9 * rm[i]) + (0.1 * gradient);
                    rv[i] = (0.99 * rv[i]) + (0.01 * gradient * gradient);
                    rp[i] -= 0.01 * (rm[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(rv[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
                }
            }
        }

        Assert.All(p.Zip(rp), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
    }

    private static void Step(SimdKernels simd, float[] p, float[] g, float[] m, float[] v, int length, AdamStep step, bool stream = false)
    {
        AlignedBuffer aligned = new(p.Length);
        Span<float> parameters = new(aligned.Pointer, p.Length);
        p.CopyTo(parameters);
        fixed (float* pg = g, pm = m, pv = v)
        {
            simd.Adam(aligned.Pointer, pg, pm, pv, length, step, stream);
        }

        parameters.CopyTo(p);
    }
}
