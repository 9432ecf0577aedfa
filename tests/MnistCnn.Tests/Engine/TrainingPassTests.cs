using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

public sealed class TrainingPassTests
{
    private static NetworkDescription Reference => RandomNetworks.Reference;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_reference_network_agrees_with_its_scalar_twin_at_every_width(int seed) => Compare(Reference, batch: 37, threads: 2, smoothing: 0.1f, seed);

    [Fact]
    public void Random_networks_and_batches_agree_with_their_scalar_twins_at_every_width() =>
        Gen.Select(RandomNetworks.All, Gen.Int[1, 70], Gen.Int[1, 4], Gen.Bool.Select(b => b ? 0.1f : 0), Gen.Int[0, 1000])
            .Sample((network, batch, threads, smoothing, seed) => Compare(network, batch, threads, smoothing, seed, leastFromKink: 2e-6), iter: 40, threads: 1);

    [Fact]
    public void Convolutions_of_several_winograd_tiles_agree_with_their_scalar_twins_at_every_width() =>
        Compare(RandomNetworks.Create(new(1, 22, 30), [(16, 3, 2, 0), (32, 3, 1, 0), (16, 3, 1, 1), (20, 3, 1, 2)], [10]), batch: 37, threads: 2, smoothing: 0,
            seed: 2);

    [Fact]
    public void A_wide_first_layer_agrees_with_its_scalar_twin_at_every_width() =>
        Compare(RandomNetworks.Create(new(2, 27, 33), [], [70, 10]), batch: 37, threads: 2, smoothing: 0, seed: 2);

    [Fact]
    public void Two_wide_layers_agree_with_their_scalar_twins_at_every_width() =>
        Compare(RandomNetworks.Create(new(1, 33, 40), [], [1100, 33, 10]), batch: 70, threads: 3, smoothing: 0, seed: 1);

    [Fact]
    public void No_gradient_goes_further_back_than_the_first_layer_that_is_trained()
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 37, 1);
        float[][] parameters = RandomNetworks.Parameters(Reference, 1);
        EngineNetwork all = new(Reference, parameters), last = new(Reference, parameters);
        all.Backward(images, labels);
        last.Backward(images, labels, firstTrained: last.Plan.LayerOf(6));
        for (int p = 0; p < parameters.Length; p++)
        {
            Assert.Equal(p < 6 ? new float[parameters[p].Length] : all.Gradient(p), last.Gradient(p));
        }
    }

    [Fact]
    public void A_batch_larger_than_the_memory_takes_more()
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 70, 1);
        float[][] parameters = RandomNetworks.Parameters(Reference, 1);
        EngineNetwork small = new(Reference, parameters, capacity: 3), large = new(Reference, parameters, capacity: 70);

        Assert.Equal(large.Backward(images, labels), small.Backward(images, labels));
        Assert.All(Enumerable.Range(0, parameters.Length), p => Assert.Equal(large.Gradient(p), small.Gradient(p)));
    }

    [Fact]
    public void One_to_four_threads_give_identical_weights_after_200_steps()
    {
        string[] hashes = [.. Enumerable.Range(1, 4).Select(threads => Convert.ToHexString(HashAfter(200, threads)))];

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void A_step_allocates_little_once_it_has_seen_its_batch_size()
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 96, 5);
        EngineNetwork network = new(Reference, RandomNetworks.Parameters(Reference, 5), 96);
        network.Train(images, labels, 0.001);
        long least = Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            network.Train(images, labels, 0.001);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        // Lists of items and closures; the least of some steps, since a collection for another test counts what it took from this thread's space.
        Assert.InRange(least, 0, 10_000);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_value_that_is_not_finite_reaches_the_output_for_its_image_and_for_no_other(float value)
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 20, 7);
        images[7 * 784 + 300] = value;
        EngineNetwork network = new(Reference, RandomNetworks.Parameters(Reference, 7), 20, 2);
        network.Backward(images, labels);

        Assert.All(network.Output(7), z => Assert.True(float.IsNaN(z)));
        Assert.All(network.Output(6).Concat(network.Output(8)), z => Assert.True(float.IsFinite(z)));
    }

    [Theory]
    [InlineData(0, float.PositiveInfinity)]
    [InlineData(4, float.NaN)]
    [InlineData(6, float.NegativeInfinity)]
    [InlineData(6, float.NaN)]
    [InlineData(8, float.PositiveInfinity)]
    [InlineData(11, float.NaN)]
    public void A_parameter_that_is_not_finite_reaches_the_gradients_that_it_reaches_by_definition(int parameter, float value)
    {
        // Most filters of the last convolution are shut: a zero times infinity is not zero.
        float[][] parameters = RandomNetworks.Parameters(Reference, 1);
        parameters[5].AsSpan(0, 40).Fill(-1000);
        parameters[parameter][3] = value;
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 40, 1);
        ScalarNetwork scalar = new(Reference, parameters);
        scalar.Run(images, labels);
        EngineNetwork network = new(Reference, parameters, 40, 2);
        network.Backward(images, labels);

        Assert.Equal(scalar.Outputs.SelectMany(z => z).Select(double.IsFinite), network.Outputs(40).Select(float.IsFinite));
        for (int p = 0; p < parameters.Length; p++)
        {
            Assert.Equal(scalar.Gradients[p].Select(double.IsNaN), network.Gradient(p).Select(float.IsNaN));
        }
    }

    [Theory]
    [InlineData(1e14f)]
    [InlineData(1e16f)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.NaN)]
    public void A_huge_number_spreads_over_no_winograd_tile(float value)
    {
        NetworkDescription network = RandomNetworks.Create(new(1, 10, 10), [(16, 1, 1, 0), (16, 3, 1, 1)], [5], relus: [false, false]);
        float[][] parameters = RandomNetworks.Parameters(network, 1);
        (float[] images, long[] labels) = RandomNetworks.Batch(network, 3, 1);
        images[150] = value;
        ScalarNetwork scalar = new(network, parameters);
        scalar.Run(images, labels);
        foreach (SimdKernels simd in EngineNetwork.Widths)
        {
            EngineNetwork engine = new(network, parameters, simd: simd);
            engine.Backward(images, labels);
            foreach ((double[] expected, int n) in scalar.Outputs.Select((z, n) => (z, n)))
            {
                double scale = expected.Max(Math.Abs);
                Assert.All(expected.Zip(engine.Output(n)), z =>
                    Assert.True(double.IsFinite(z.First) ? Math.Abs(z.First - z.Second) <= 1e-4 * scale : !float.IsFinite(z.Second)));
            }
        }
    }

    [Fact]
    public void A_label_that_is_no_class_is_named()
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 3, 7);
        labels[2] = 10;
        EngineNetwork network = new(Reference, RandomNetworks.Parameters(Reference, 7), 3);

        Assert.Contains("found 10", Assert.Throws<ArgumentOutOfRangeException>(() => network.Backward(images, labels)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_training_makes_infinite_is_noticed()
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(Reference, 40, 1);
        EngineNetwork network = new(Reference, RandomNetworks.Parameters(Reference, 1), 40, 2);
        network.Train(images, labels, double.MaxValue);
        Assert.Contains(network.Parameter(6), w => !float.IsFinite(w));

        network.Backward(images, labels);

        Assert.All(network.Outputs(40), z => Assert.True(float.IsNaN(z)));
    }

    /// <param name="network">The network.</param>
    /// <param name="batch">Images.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="smoothing">Of the labels.</param>
    /// <param name="seed">Of weights and images.</param>
    /// <param name="leastFromKink">How near to zero the input of a ReLU may come before gradients are not compared: rounding decides what they are.</param>
    private static void Compare(NetworkDescription network, int batch, int threads, float smoothing, int seed, double leastFromKink = 0)
    {
        (float[] images, long[] labels) = RandomNetworks.Batch(network, batch, seed);
        float[][] parameters = RandomNetworks.Parameters(network, seed);
        ScalarNetwork scalar = new(network, parameters);
        scalar.Run(images, labels, smoothing);
        foreach (SimdKernels simd in EngineNetwork.Widths)
        {
            foreach (bool ofImages in new[] { false, true })
            {
                EngineNetwork engine = new(network, parameters, batch, threads, simd, ofImages);
                double loss = engine.Backward(images, labels, smoothing);

                Assert.Equal(scalar.Loss, loss, 1e-5);
                EngineNetwork.AssertNear(scalar.Outputs.SelectMany(z => z), engine.Outputs(batch), $"{simd.Width} floats, output");
                if (scalar.NearestToKink < leastFromKink)
                {
                    continue;
                }

                for (int p = 0; p < parameters.Length; p++)
                {
                    EngineNetwork.AssertNear(scalar.Gradients[p], engine.Gradient(p), $"{simd.Width} floats, parameter {p}");
                    Assert.Equal(parameters[p], engine.Parameter(p));
                }

                if (ofImages)
                {
                    EngineNetwork.AssertNear(scalar.ImageGradients.SelectMany(g => g), engine.ImageGradients(batch), $"{simd.Width} floats, images");
                }
            }
        }
    }

    private static byte[] HashAfter(int steps, int threads)
    {
        EngineNetwork network = new(Reference, RandomNetworks.Parameters(Reference, 9), 128, threads);
        for (int step = 0; step < steps; step++)
        {
            (float[] images, long[] labels) = RandomNetworks.Batch(Reference, step % 5 == 4 ? 90 : 128, step % 5);
            network.Train(images, labels, 0.001);
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int p in Enumerable.Range(0, Reference.Parameters.Count))
        {
            hash.AppendData(MemoryMarshal.AsBytes(network.Parameter(p).AsSpan()));
        }

        return hash.GetHashAndReset();
    }
}
