using System.Numerics;
using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Networks;
using MnistCnn.Tests.Networks;

namespace MnistCnn.Tests.Layers;

/// <summary>Linear layers that pass over inputs of zero, against the ones that multiply them.</summary>
public sealed unsafe class SparseLinearTests
{
    private const int LastBias = 5, FirstLinear = 6, SecondLinear = 8;
    private static readonly CnnShape s_reference = CnnShape.Reference(28, 28, 10);

    [Fact]
    public void Sums_without_zeros_are_bit_for_bit_those_with_them() =>
        Gen.Select(Gen.Int[1, 600], Gen.Int[1, 3], Gen.OneOf(Gen.Const(1), Gen.Int[2, 150]), Gen.Double[0, 1], Gen.Bool, Gen.Int[0, 1000])
            .Sample((inputs, panels, count, share, relu, seed) => Compare(inputs, panels, count, share, relu, seed), iter: 30, threads: 1);

    [Fact]
    public void Words_name_what_is_not_zero()
    {
        float[] values = new float[3 * 200];
        (values[1], values[63], values[64], values[199], values[200], values[450]) = (1, -1, float.NaN, 1e-40f, float.NegativeInfinity, -0f);
        ulong[] used = new ulong[4 * 3];
        fixed (float* source = values)
        fixed (ulong* words = used)
        {
            Assert.Equal(5, NonZeros.Find(source, 200, 3, 199, words, 3) + NonZeros.Find(source + 199, 200, 1, 1, words + 9, 3));
        }

        Assert.Equal([(1UL << 1) | (1UL << 63), 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0], used);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(37)]
    [InlineData(1)]
    public void Words_of_columns_are_those_of_rows_transposed(int count)
    {
        Random random = new(count);
        ulong[] rows = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 1))], columns = new ulong[NonZeros.Word];
        fixed (ulong* from = rows, to = columns)
        {
            NonZeros.Transpose(from, count, to);
        }

        for (int r = 0; r < NonZeros.Word; r++)
        {
            for (int c = 0; c < NonZeros.Word; c++)
            {
                Assert.Equal(r < count ? (rows[r] >> c) & 1 : 0, (columns[c] >> r) & 1);
            }
        }

        Assert.Equal(rows.Sum(BitOperations.PopCount), columns.Sum(BitOperations.PopCount));
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(50, 0)]
    [InlineData(70, 1)]
    public void A_network_most_of_whose_filters_are_shut_agrees_with_its_scalar_twin(int shut, int seed)
    {
        float[][] parameters = WithShut(Math.Min(shut, 63), seed);
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 100, seed);
        ReferenceNetwork reference = new(s_reference, parameters);
        reference.Run(images, labels, 0);
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            KernelNetwork network = new(s_reference, parameters, 100, 2, simd);
            network.Backward(images, labels, ofImages: false);
            for (int p = 0; p < parameters.Length; p++)
            {
                KernelNetwork.AssertNear(reference.Gradients[p], network.Gradient(p), $"{simd.Width} floats, parameter {p}");
            }

            KernelNetwork.AssertNear([.. reference.Logits.SelectMany(z => z)], KernelNetwork.Infer(s_reference, parameters, images, 2, simd), $"{simd.Width} floats, logits");
        }
    }

    [Theory]
    [InlineData(FirstLinear, float.NaN)]
    [InlineData(FirstLinear, float.PositiveInfinity)]
    [InlineData(SecondLinear, float.NaN)]
    [InlineData(SecondLinear, float.NegativeInfinity)]
    public void A_weight_that_is_not_finite_meets_inputs_of_zero(int parameter, float value)
    {
        float[][] parameters = WithShut(40, 1);
        parameters[parameter][3] = value; // of the first filter, which is shut; or of the fourth output
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 40, 1);
        ReferenceNetwork reference = new(s_reference, parameters);
        reference.Run(images, labels, 0);
        KernelNetwork network = new(s_reference, parameters, 40, 2);
        network.Backward(images, labels, ofImages: false);

        Assert.All(KernelNetwork.Infer(s_reference, parameters, images, 2).Zip(reference.Logits.SelectMany(z => z)), z => Assert.Equal(double.IsFinite(z.Second), float.IsFinite(z.First)));
        Assert.Contains(reference.Gradients[FirstLinear], double.IsNaN);
        for (int p = 0; p < parameters.Length; p++)
        {
            Assert.Equal(reference.Gradients[p].Select(double.IsNaN), network.Gradient(p).Select(float.IsNaN));
        }
    }

    [Fact]
    public void A_weight_that_training_makes_infinite_is_noticed()
    {
        float[][] parameters = WithShut(40, 1);
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 40, 1);
        KernelNetwork network = new(s_reference, parameters, 40, 2);
        network.Train(images, labels, double.MaxValue);
        Assert.Contains(network.Parameter(FirstLinear), w => !float.IsFinite(w));

        network.Backward(images, labels);

        Assert.All(Enumerable.Range(0, 40), n => Assert.All(network.Logits(n), z => Assert.True(float.IsNaN(z))));
    }

    private static void Compare(int inputs, int panels, int count, double share, bool relu, int seed)
    {
        Random random = new(seed);
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            int outputs = panels * simd.RowVectors * simd.Width;
            Linear linear = new(simd, inputs, outputs);
            SparseLinear sparse = SparseLinear.For(simd, linear)!;
            int strideX = (inputs + 15) / 16 * 16, strideY = outputs + 16;
            AlignedBuffer x = Random(count * strideX, share), weights = Random(linear.PackedForwardLength, 1), bias = Random(outputs, 1), gradients = Random(count * strideY, 1);
            AlignedBuffer expected = Random(count * strideY, 1), found = new(count * strideY), used = new(2L * NonZeros.WordsOf(inputs) * (count + 1));
            int usedStride = count + random.Next(2);
            ulong* words = (ulong*)used.Pointer;
            NonZeros.Find(x.Pointer, strideX, count, inputs, words, usedStride);
            linear.Forward(count, x.Pointer, strideX, weights.Pointer, bias.Pointer, relu, expected.Pointer, strideY, 0, inputs);
            sparse.Forward(count, x.Pointer, strideX, words, usedStride, weights.Pointer, bias.Pointer, relu, found.Pointer, strideY, 0, inputs);
            AssertEqual(expected, found, count, strideY, outputs);

            for (int first = 0; first < inputs; first += NonZeros.Word)
            {
                int taken = Math.Min(NonZeros.Word, inputs - first);
                AlignedBuffer all = new(taken * linear.CompactStride), some = new(taken * linear.CompactStride);
                linear.BackwardWeights(count, x.Pointer + first, strideX, gradients.Pointer, strideY, taken, outputs, all.Pointer, compact: true);
                sparse.BackwardWeights(count, x.Pointer + first, strideX, words + ((nint)first / NonZeros.Word * usedStride), gradients.Pointer, strideY, taken, outputs, some.Pointer);
                AssertEqual(all, some, taken, linear.CompactStride, outputs);
            }
        }

        AlignedBuffer Random(int length, double share)
        {
            AlignedBuffer buffer = new(length);
            for (int i = 0; i < length; i++)
            {
                buffer.Pointer[i] = random.NextDouble() < share ? random.NextSingle() - 0.5f : 0;
            }

            return buffer;
        }
    }

    private static void AssertEqual(AlignedBuffer expected, AlignedBuffer found, int rows, int stride, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            Assert.Equal(new ReadOnlySpan<float>(expected.Pointer + (r * stride), columns).ToArray(), new ReadOnlySpan<float>(found.Pointer + (r * stride), columns).ToArray());
        }
    }

    /// <summary>The first of the 64 filters have a bias that no input outweighs.</summary>
    private static float[][] WithShut(int filters, int seed)
    {
        float[][] parameters = KernelNetwork.RandomParameters(s_reference, seed);
        parameters[LastBias].AsSpan(0, filters).Fill(-1000);
        return parameters;
    }
}
