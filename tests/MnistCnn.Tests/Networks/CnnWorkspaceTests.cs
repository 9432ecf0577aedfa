using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

public sealed class CnnWorkspaceTests
{
    private static readonly CnnShape s_reference = CnnShape.Reference(28, 28, 10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_reference_network_agrees_with_its_scalar_twin_at_every_width(int seed) => Compare(s_reference, batch: 37, threads: 2, smoothing: 0.1f, seed);

    [Fact]
    public void Random_networks_and_batches_agree_with_their_scalar_twins_at_every_width() =>
        Gen.Select(KernelNetwork.Networks, Gen.Int[1, 70], Gen.Int[1, 4], Gen.Bool.Select(b => b ? 0.1f : 0), Gen.Int[0, 1000])
            .Sample((shape, batch, threads, smoothing, seed) => Compare(shape, batch, threads, smoothing, seed, leastFromKink: 1e-7), iter: 25, threads: 1);

    [Fact]
    public void Convolutions_of_several_winograd_tiles_agree_with_their_scalar_twins_at_every_width() =>
        Compare(new CnnShape([new(1, 22, 30, 16, 3, 2), new(16, 10, 14, 32, 3, 1), new(32, 8, 12, 16, 3, 1)], [6 * 10 * 16, 10]), batch: 37, threads: 2, smoothing: 0, seed: 2);

    [Theory]
    [InlineData(1e14f, true)]
    [InlineData(1e16f, false)]
    [InlineData(float.NegativeInfinity, false)]
    [InlineData(float.NaN, false)]
    public void Winograd_transforms_refuse_what_would_spread_over_a_tile(float value, bool accepted)
    {
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            ConvolutionShape shape = new(16, 6, 6, 16, 3, 1);
            float[] images = new float[2 * shape.InputLength], gradients = new float[2 * (shape.OutputLength + 16)];
            gradients[shape.OutputLength] = float.NaN; // in the gap
            Assert.True(KernelNetwork.Accepts(simd, shape, images, gradients));

            images[^1] = value;
            Assert.Equal(accepted, KernelNetwork.Accepts(simd, shape, images, gradients));

            (images[^1], gradients[^17]) = (0, value);
            Assert.Equal(accepted, KernelNetwork.Accepts(simd, shape, images, gradients));
        }
    }

    [Fact]
    public void Forward_and_backward_in_two_calls_equal_one()
    {
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 50, 3);
        float[][] parameters = KernelNetwork.RandomParameters(s_reference, 3);
        KernelNetwork one = new(s_reference, parameters, 50, 1), two = new(s_reference, parameters, 50, 2);

        Assert.Equal(one.Backward(images, labels).ImageGradients, two.Backward(images, labels, inTwoCalls: true).ImageGradients);
        Assert.All(Enumerable.Range(0, parameters.Length), p => Assert.Equal(one.Gradient(p), two.Gradient(p)));
    }

    [Fact]
    public void One_to_four_threads_give_identical_weights_after_200_steps()
    {
        string[] hashes = [.. Enumerable.Range(1, 4).Select(threads => Convert.ToHexString(HashAfter(200, threads)))];

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void A_step_allocates_nothing_once_it_has_seen_its_batch_size()
    {
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 96, 5);
        KernelNetwork network = new(s_reference, KernelNetwork.RandomParameters(s_reference, 5), 96, 1);
        network.Train(images, labels, 0.001);
        long least = Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            network.Train(images, labels, 0.001);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        // The arrays of pointers that the test itself makes; the least of some steps, since a collection for another test counts what it took from this thread's space.
        Assert.InRange(least, 0, 2000);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_value_that_is_not_finite_reaches_the_logits_of_its_image_and_of_no_other(float value)
    {
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 20, 7);
        images[(7 * 784) + 300] = value;
        KernelNetwork network = new(s_reference, KernelNetwork.RandomParameters(s_reference, 7), 20, 2);
        network.Backward(images, labels);

        Assert.All(network.Logits(7), z => Assert.True(float.IsNaN(z)));
        Assert.All(network.Logits(6).Concat(network.Logits(8)), z => Assert.True(float.IsFinite(z)));
    }

    [Fact]
    public void A_label_that_is_no_class_is_named()
    {
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, 3, 7);
        labels[2] = 10;
        KernelNetwork network = new(s_reference, KernelNetwork.RandomParameters(s_reference, 7), 3, 1);

        Assert.Contains("found 10", Assert.Throws<ArgumentOutOfRangeException>(() => network.Backward(images, labels)).Message, StringComparison.Ordinal);
    }

    /// <param name="shape">The network.</param>
    /// <param name="batch">Images.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="smoothing">Of the labels.</param>
    /// <param name="seed">Of weights and images.</param>
    /// <param name="leastFromKink">How near to zero the input of a ReLU may come before gradients are not compared: rounding decides what they are.</param>
    private static void Compare(CnnShape shape, int batch, int threads, float smoothing, int seed, double leastFromKink = 0)
    {
        (float[] images, long[] labels) = KernelNetwork.RandomBatch(shape, batch, seed);
        float[][] parameters = KernelNetwork.RandomParameters(shape, seed);
        ReferenceNetwork reference = new(shape, parameters);
        reference.Run(images, labels, smoothing);
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            KernelNetwork network = new(shape, parameters, batch, threads, simd);
            (double loss, float[] imageGradients) = network.Backward(images, labels, smoothing);

            Assert.Equal(reference.Loss, loss, 1e-5);
            KernelNetwork.AssertNear([.. reference.Logits.SelectMany(z => z)], [.. Enumerable.Range(0, batch).SelectMany(network.Logits)], $"{simd.Width} floats, logits");
            if (reference.NearestToKink < leastFromKink)
            {
                continue;
            }

            KernelNetwork.AssertNear([.. reference.ImageGradients.SelectMany(g => g)], imageGradients, $"{simd.Width} floats, images");
            AssertGradients(reference, network, $"{simd.Width} floats, with images");
            network.Backward(images, labels, smoothing, ofImages: false);
            AssertGradients(reference, network, $"{simd.Width} floats");
        }
    }

    private static void AssertGradients(ReferenceNetwork reference, KernelNetwork network, string what)
    {
        for (int p = 0; p < reference.Gradients.Length; p++)
        {
            KernelNetwork.AssertNear(reference.Gradients[p], network.Gradient(p), $"{what}, parameter {p}");
        }
    }

    private static byte[] HashAfter(int steps, int threads)
    {
        KernelNetwork network = new(s_reference, KernelNetwork.RandomParameters(s_reference, 9), 128, threads);
        for (int step = 0; step < steps; step++)
        {
            (float[] images, long[] labels) = KernelNetwork.RandomBatch(s_reference, step % 5 == 4 ? 90 : 128, step % 5);
            network.Train(images, labels, 0.001);
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int p in Enumerable.Range(0, s_reference.ParameterCount))
        {
            hash.AppendData(MemoryMarshal.AsBytes(network.Parameter(p).AsSpan()));
        }

        return hash.GetHashAndReset();
    }
}
