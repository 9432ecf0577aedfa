using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine;

public sealed class InferencePassTests
{
    private static NetworkDescription Reference => RandomNetworks.Reference;

    [Fact]
    public void Random_networks_and_batches_agree_with_their_scalar_twins_at_every_width() =>
        Gen.Select(RandomNetworks.All, Gen.Int[1, 70], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(Compare, iter: 25, threads: 1);

    [Fact]
    public void The_reference_network_agrees_with_its_scalar_twin_at_every_width() => Compare(Reference, 67, 2, 1);

    [Fact]
    public void A_layer_of_many_inputs_agrees_with_its_scalar_twin_at_every_width() => Compare(RandomNetworks.Create(new(1, 50, 45), [], [40, 10]), 67, 2, 1);

    [Fact]
    public void What_an_image_gives_depends_neither_on_the_threads_nor_on_the_other_images()
    {
        float[] images = RandomNetworks.Batch(Reference, 200, 1).Images, noise = RandomNetworks.Batch(Reference, 200, 2).Images;
        foreach (int n in Enumerable.Range(0, 200).Where(n => n % 7 < 2))
        {
            noise.AsSpan(n * 784, 784).CopyTo(images.AsSpan(n * 784));
        }

        float[][] parameters = RandomNetworks.Parameters(Reference, 1);
        float[] expected = EngineNetwork.Infer(Reference, parameters, images, threads: 1);
        float[] some = images[(30 * 784)..(101 * 784)];
        some[8 * 784 + 3] = float.NaN;
        float[] found = EngineNetwork.Infer(Reference, parameters, some, threads: 3);

        Assert.Equal(expected, EngineNetwork.Infer(Reference, parameters, images, threads: 2));
        Assert.Equal(expected[300..380], found[..80]);
        Assert.All(found[80..90], z => Assert.True(float.IsNaN(z)));
        Assert.Equal(expected[390..1010], found[90..]);
    }

    private static void Compare(NetworkDescription network, int count, int threads, int seed)
    {
        float[] images = RandomNetworks.Batch(network, count, seed).Images;
        float[][] parameters = RandomNetworks.Parameters(network, seed);
        ScalarNetwork scalar = new(network, parameters);
        scalar.Run(images, new long[count]);
        foreach (SimdKernels simd in EngineNetwork.Widths)
        {
            EngineNetwork.AssertNear(scalar.Outputs.SelectMany(z => z), EngineNetwork.Infer(network, parameters, images, threads, simd),
                $"{simd.Width} floats");
        }
    }
}
