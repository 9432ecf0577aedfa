using CsCheck;
using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Engine.Shortcuts;

/// <summary>The backward pass of the first two convolutions over what images show but black.</summary>
public sealed class ForegroundTests
{
    private const int Images = 40;

    private static NetworkDescription Reference => RandomNetworks.Reference;

    /// <summary>Three convolutions, the first two of them as <see cref="ForegroundConvolutions"/> takes them, at all register widths.</summary>
    private static Gen<NetworkDescription> Networks =>
        from height in Gen.Int[14, 40]
        from width in Gen.Int[14, 64]
        from kernels in Gen.Int[1, 3].Array[2]
        from strides in Gen.Int[1, 3].Array[2]
        from filters in Gen.Int[1, 2].Array[2]
        select RandomNetworks.Create(new(1, height, width),
            [(16 * filters[0], kernels[0], strides[0], 0), (16 * filters[1], kernels[1], strides[1], 0), (5, 1, 2, 0)], [10]);

    [Fact]
    public void Pictures_of_any_size_and_networks_of_any_shape_agree_with_their_scalar_twins() =>
        Gen.Select(Networks, Gen.Int[0, 1000]).Sample((network, seed) => Compare(network, Pictures(network, seed), leastFromKink: 2e-6), iter: 12, threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    public void Images_with_few_pixels_or_none_agree_with_the_scalar_twin(int pixels)
    {
        float[] images = new float[Images * 784];
        for (int p = 0; p < pixels; p++)
        {
            images[p * 7919 % images.Length] = 1 + p % 3;
        }

        Compare(Reference, images);
    }

    [Fact]
    public void It_is_taken_for_pictures_and_left_for_noise_and_where_images_have_gradients()
    {
        float[][] parameters = RandomNetworks.Parameters(Reference, 3);
        foreach ((float[] images, bool taken) in new[] { (Pictures(Reference, 3), true), (RandomNetworks.Batch(Reference, Images, 2).Images, false) })
        {
            EngineNetwork all = new(Reference, parameters, ofImages: true), foreground = new(Reference, parameters);
            all.Backward(images, new long[Images]);
            foreground.Backward(images, new long[Images]);

            // Sums in another order end in other bits.
            Assert.Equal(taken, !all.Gradient(2).SequenceEqual(foreground.Gradient(2)));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_reaches_the_gradients_that_it_reaches_over_all_pixels(float value)
    {
        for (int parameter = 0; parameter < Reference.Parameters.Count; parameter++)
        {
            float[] images = Pictures(Reference, seed: 3);
            float[][] parameters = RandomNetworks.Parameters(Reference, 3);
            parameters[parameter][^1] = value;
            EngineNetwork all = new(Reference, parameters, ofImages: true), foreground = new(Reference, parameters);
            all.Backward(images, new long[Images]);
            foreground.Backward(images, new long[Images]);

            for (int p = 0; p < parameters.Length; p++)
            {
                Assert.Equal(all.Gradient(p).Select(float.IsFinite), foreground.Gradient(p).Select(float.IsFinite));
            }
        }
    }

    [Fact]
    public void Lists_hold_each_pixel_of_the_foreground_by_classes() =>
        Gen.Select(Networks, Gen.Int[0, 1000]).Sample((network, seed) => CompareLists(network, Pictures(network, seed)), iter: 50, threads: 1);

    private static void Compare(NetworkDescription network, float[] images, double leastFromKink = 0)
    {
        float[][] parameters = RandomNetworks.Parameters(network, 1);
        long[] labels = [.. Enumerable.Range(0, Images).Select(n => n % 10L)];
        ScalarNetwork scalar = new(network, parameters);
        scalar.Run(images, labels);
        foreach (SimdKernels simd in EngineNetwork.Widths)
        {
            EngineNetwork engine = new(network, parameters, threads: 2, simd: simd);
            engine.Backward(images, labels);

            EngineNetwork.AssertNear(scalar.Outputs.SelectMany(z => z), engine.Outputs(Images), $"{simd.Width} floats, output");
            for (int p = 0; p < parameters.Length && scalar.NearestToKink >= leastFromKink; p++)
            {
                EngineNetwork.AssertNear(scalar.Gradients[p], engine.Gradient(p), $"{simd.Width} floats, parameter {p}");
            }
        }
    }

    private static unsafe void CompareLists(NetworkDescription network, float[] images)
    {
        const int count = ForegroundConvolutions.MostImages;
        SimdKernels simd = SimdKernels.Best;
        (ConvolutionDescription one, ConvolutionDescription two) = ((ConvolutionDescription)network.Layers[0], (ConvolutionDescription)network.Layers[2]);
        MapLayout input = MapLayout.OfImages(network.Input, 0), map = MapLayout.OfActivations(simd, network.Shapes[2], 0),
            output = MapLayout.OfActivations(simd, network.Shapes[4], 0);
        Convolution first = new(simd, one, input, map, new Fusion(true, false), 0), second = new(simd, two, map, output, new Fusion(true, true), 0);
        AlignedBuffer memory = ParameterMemory.Of(images.Length + 16, i => i < images.Length ? images[i] : 0),
            scratch = new(ForegroundLists.Length(first, second));
        ForegroundLists lists = new(first, second, scratch.Pointer);
        int[] gradientOf = [.. Enumerable.Range(0, map.Shape.Height * map.Shape.Width).Select(p => 3 * p)];
        int found = lists.Find(memory.Pointer, count);
        lists.List(count, gradientOf, 100_000);
        for (int q = 0, at = 0; q < two.Stride * two.Stride; q++)
        {
            List<(int Window, int Pixel, int Gradient)> expected = [];
            for (int n = 0; n < count; n++)
            {
                for (int y = q / two.Stride; y < map.Shape.Height; y += two.Stride)
                {
                    for (int x = q % two.Stride; x < map.Shape.Width; x += two.Stride)
                    {
                        int window = n * input.ImageStride + input.Offset(y * one.Stride, x * one.Stride);
                        if (Enumerable.Range(0, one.Kernel * one.Kernel)
                            .Any(t => images[window + t / one.Kernel * input.Shape.Width + t % one.Kernel] != 0))
                        {
                            // From one pixel of a class to the next of its row is one output.
                            int firstOfRow = y * map.Shape.Width + q % two.Stride;
                            expected.Add((window, n * map.ImageStride + map.Offset(y, x),
                                n * 100_000 + gradientOf[firstOfRow] + (x - q % two.Stride) / two.Stride * output.PixelStride));
                        }
                    }
                }
            }

            (int start, int length) = lists.Class(q);
            Assert.Equal(at, start);
            List<(int, int, int)> listed = [];
            for (int i = start; i < start + length; i++)
            {
                listed.Add((lists.Windows[i], lists.Pixels[i], lists.Gradients[i]));
            }

            Assert.Equal(expected, listed);
            at += length;
        }

        Assert.Equal(found, lists.Count);
        GC.KeepAlive((memory, scratch));
    }

    private static float[] Pictures(NetworkDescription network, int seed) => RandomNetworks.Batch(network, Images, 2 * seed + 1).Images;
}
