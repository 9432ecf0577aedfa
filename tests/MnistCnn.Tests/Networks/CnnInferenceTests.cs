using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

public sealed class CnnInferenceTests
{
    private static readonly CnnShape s_reference = CnnShape.Reference(28, 28, 10);

    [Fact]
    public void Random_networks_and_batches_agree_with_their_scalar_twins_at_every_width() =>
        Gen.Select(KernelNetwork.Networks, Gen.Int[1, 70], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(Compare, iter: 15, threads: 1);

    [Fact]
    public void The_reference_network_agrees_with_its_scalar_twin_at_every_width() => Compare(s_reference, 67, 2, 1);

    [Fact]
    public void What_an_image_gives_depends_neither_on_the_threads_nor_on_the_other_images()
    {
        float[] images = KernelNetwork.RandomBatch(s_reference, 200, 1).Images, noise = KernelNetwork.RandomBatch(s_reference, 200, 2).Images;
        foreach (int n in Enumerable.Range(0, 200).Where(n => n % 7 < 2))
        {
            noise.AsSpan(n * 784, 784).CopyTo(images.AsSpan(n * 784));
        }

        float[][] parameters = KernelNetwork.RandomParameters(s_reference, 1);
        float[] expected = KernelNetwork.Infer(s_reference, parameters, images, threads: 1);
        float[] some = images[(30 * 784)..(101 * 784)];
        some[(8 * 784) + 3] = float.NaN;
        float[] found = KernelNetwork.Infer(s_reference, parameters, some, threads: 3);

        Assert.Equal(expected, KernelNetwork.Infer(s_reference, parameters, images, threads: 2));
        Assert.Equal(expected[300..380], found[..80]);
        Assert.All(found[80..90], z => Assert.True(float.IsNaN(z)));
        Assert.Equal(expected[390..1010], found[90..]);
    }

    private static void Compare(CnnShape shape, int count, int threads, int seed)
    {
        float[] images = KernelNetwork.RandomBatch(shape, count, seed).Images;
        float[][] parameters = KernelNetwork.RandomParameters(shape, seed);
        ReferenceNetwork reference = new(shape, parameters);
        reference.Run(images, new long[count], 0);
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            KernelNetwork.AssertNear([.. reference.Logits.SelectMany(z => z)], KernelNetwork.Infer(shape, parameters, images, threads, simd), $"{simd.Width} floats");
        }
    }
}
