using CsCheck;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

public sealed unsafe class ElementwiseTests
{
    [Fact]
    public void Adam_updates_every_length_as_by_the_formula_and_nothing_behind_it() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[0, 3], Gen.Bool.Select(b => b ? 0.1 : 0), Gen.Bool, Gen.Int[0, 1000]).Sample((length, gap, decay, decoupled, seed) =>
        {
            Random random = new(seed);
            float[] p = Values(random, length + gap), g = Values(random, length + gap), m = new float[p.Length], v = new float[p.Length], before = [.. p];
            double[] rp = [.. p.Select(x => (double)x)], rm = new double[p.Length], rv = new double[p.Length];
            for (int step = 1; step <= 5; step++)
            {
                Adam(p, g, m, v, length, AdamConstants.Create(new AdamSettings(0.9, 0.99, 1e-8, decay, decoupled), 0.01, step));
                for (int i = 0; i < length; i++)
                {
                    double gradient = g[i] + (decoupled ? 0 : decay * rp[i]);
                    rp[i] *= decoupled ? 1 - 0.01 * decay : 1;
                    rm[i] = 0.9 * rm[i] + 0.1 * gradient;
                    rv[i] = 0.99 * rv[i] + 0.01 * gradient * gradient;
                    rp[i] -= 0.01 * (rm[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(rv[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
                }
            }

            Assert.All(p.Zip(rp).Take(length), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
            Assert.Equal(before[length..], p[length..]);
        });

    [Fact]
    public void Moments_without_gradient_reach_zero_and_not_denormal_numbers()
    {
        float[] p = new float[16], g = new float[16], m = [.. Enumerable.Repeat(1e-3f, 16)], v = [.. Enumerable.Repeat(1e-6f, 16)];
        for (int step = 1; step <= 1000; step++)
        {
            Adam(p, g, m, v, 16, AdamConstants.Create(new AdamSettings(0.9, 0.999, 1e-8, 0, IsDecoupled: false), 0.001, step));
        }

        Assert.All(m, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Gradient_descent_follows_the_formula() =>
        Gen.Select(Gen.Int[1, 5], Gen.Bool.Select(b => b ? 0.9f : 0), Gen.Bool, Gen.Bool.Select(b => b ? 0.1f : 0), Gen.Int[0, 1000])
            .Sample((registers, momentum, nesterov, decay, seed) =>
        {
            Random random = new(seed);
            float[] p = Values(random, 16 * registers), velocity = new float[p.Length];
            double[] rp = [.. p.Select(x => (double)x)], rv = new double[p.Length];
            for (int step = 0; step < 4; step++)
            {
                float[] g = Values(random, p.Length);
                fixed (float* pp = p, gp = g, vp = velocity)
                {
                    Elementwise.Sgd(pp, gp, vp, p.Length, new SgdConstants(0.1f, momentum, nesterov, decay));
                }

                for (int i = 0; i < p.Length; i++)
                {
                    double gradient = g[i] + decay * rp[i];
                    rv[i] = momentum * rv[i] + gradient;
                    rp[i] -= 0.1 * (momentum == 0 ? gradient : nesterov ? gradient + momentum * rv[i] : rv[i]);
                }
            }

            Assert.All(p.Zip(rp), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
        });

    [Fact]
    public void Clipping_keeps_what_is_no_number()
    {
        float[] values = [-3, -1, 0, 2, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.5f, 1, 1.5f, -1.5f, 0, 0, 0, 0, 7];
        fixed (float* v = values)
        {
            Elementwise.Clip(v, values.Length, 1.5f);
        }

        Assert.Equal([-1.5f, -1, 0, 1.5f, float.NaN, 1.5f, -1.5f, 0.5f, 1, 1.5f, -1.5f, 0, 0, 0, 0, 1.5f], values);
    }

    [Fact]
    public void Sums_of_squares_are_in_double_precision()
    {
        float[] values = [.. Enumerable.Range(0, 1 << 16).Select(i => i == 0 ? 1e4f : 1e-2f)];
        fixed (float* v = values)
        {
            // In single precision the small ones are lost: 1e8 + 1e-4.
            Assert.Equal(values.Sum(x => (double)x * x), Elementwise.SumOfSquares(v, values.Length), 1e-2);
        }
    }

    [Fact]
    public void Values_are_added_scaled_and_gated()
    {
        float[] sums = [.. Enumerable.Range(0, 16).Select(i => (float)i)], values = [.. Enumerable.Range(0, 16).Select(i => 10f * i)],
            gate = [.. Enumerable.Range(0, 16).Select(i => i % 4 == 3 ? float.NaN : i % 4 - 1f)];
        fixed (float* s = sums, v = values, g = gate)
        {
            Elementwise.Add(s, v, 16);
            Assert.Equal(Enumerable.Range(0, 16).Select(i => 11f * i), sums);
            Elementwise.Scale(s, 16, 2);
            Assert.Equal(Enumerable.Range(0, 16).Select(i => 22f * i), sums);
            Elementwise.AddGated(s, v, g, 16);
            Assert.Equal(Enumerable.Range(0, 16).Select(i => i % 4 < 2 ? 0 : 32f * i), sums);
            Elementwise.AddGated(s, v, null, 16);
            Assert.Equal(Enumerable.Range(0, 16).Select(i => i % 4 < 2 ? 10f * i : 42f * i), sums);
        }
    }

    private static float[] Values(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() * 2 - 1)];

    private static void Adam(float[] p, float[] g, float[] m, float[] v, int length, AdamConstants constants)
    {
        fixed (float* pp = p, pg = g, pm = m, pv = v)
        {
            Elementwise.Adam(pp, pg, pm, pv, length, constants);
        }
    }
}
