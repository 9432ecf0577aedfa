using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

/// <summary>The first two convolutions over what images show but black.</summary>
public sealed class ForegroundTests
{
    private const int Images = 40;
    private static readonly CnnShape s_reference = CnnShape.Reference(28, 28, 10);

    /// <summary>Three convolutions, the first two of them as <see cref="ForegroundConvolutions"/> takes them, at all register widths.</summary>
    private static Gen<CnnShape> Networks =>
        from height in Gen.Int[14, 40]
        from width in Gen.Int[14, 64]
        from kernels in Gen.Int[1, 3].Array[2]
        from strides in Gen.Int[1, 3].Array[2]
        from filters in Gen.Int[1, 2].Array[2]
        let first = new ConvolutionShape(1, height, width, 16 * filters[0], kernels[0], strides[0])
        let second = new ConvolutionShape(first.Filters, first.OutputHeight, first.OutputWidth, 16 * filters[1], kernels[1], strides[1])
        let third = new ConvolutionShape(second.Filters, second.OutputHeight, second.OutputWidth, 5, 1, 2)
        select new CnnShape([first, second, third], [third.OutputLength, 10]);

    [Fact]
    public void Pictures_of_any_size_and_networks_of_any_shape_agree_with_their_scalar_twins() =>
        Gen.Select(Networks, Gen.Int[0, 1000]).Sample((shape, seed) => { Compare(shape, Pictures(shape, seed)); }, iter: 12, threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    public void Images_with_few_pixels_or_none_agree_with_the_scalar_twin(int pixels)
    {
        float[] images = new float[Images * 784];
        for (int p = 0; p < pixels; p++)
        {
            images[p * 7919 % images.Length] = 1 + (p % 3);
        }

        Assert.True(Compare(s_reference, images));
    }

    [Fact]
    public void Noise_takes_the_kernels_for_all_pixels() => Assert.False(Compare(s_reference, KernelNetwork.RandomBatch(s_reference, Images, 2).Images));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_reaches_the_gradients_that_it_reaches_over_all_pixels(float value)
    {
        for (int parameter = 0; parameter < s_reference.ParameterCount; parameter++)
        {
            float[] images = Pictures(s_reference, seed: 3);
            float[][] parameters = KernelNetwork.RandomParameters(s_reference, 3);
            parameters[parameter][^1] = value;
            KernelNetwork all = new(s_reference, parameters, Images, 1), foreground = new(s_reference, parameters, Images, 1);
            all.Backward(images, new long[Images], ofImages: true);
            foreground.Backward(images, new long[Images], ofImages: false);

            for (int p = 0; p < parameters.Length; p++)
            {
                Assert.Equal(all.Gradient(p).Select(float.IsFinite), foreground.Gradient(p).Select(float.IsFinite));
            }
        }
    }

    [Fact]
    public void Backward_passes_over_one_forward_pass_agree_with_and_without_gradients_of_the_images()
    {
        float[] images = Pictures(s_reference, seed: 4);
        float[][] parameters = KernelNetwork.RandomParameters(s_reference, 4);
        KernelNetwork network = new(s_reference, parameters, Images, 2);
        network.Backward(images, new long[Images], ofImages: false);
        Assert.True(network.TookForeground(0));
        double[][] foreground = [.. parameters.Select((_, p) => network.Gradient(p).Select(g => (double)g).ToArray())];
        float[] imageGradients = network.BackwardAgain(Images, ofImages: images.Length);
        foreach (int ofImages in new[] { images.Length, 0, images.Length })
        {
            float[] again = network.BackwardAgain(Images, ofImages);

            Assert.Equal(ofImages > 0 ? imageGradients : [], again);
            for (int p = 0; p < parameters.Length; p++)
            {
                KernelNetwork.AssertNear(foreground[p], network.Gradient(p), $"parameter {p}");
            }
        }
    }

    [Fact]
    public void Lists_hold_each_pixel_of_the_foreground_and_each_window() => Gen.Select(Networks, Gen.Int[0, 1000]).Sample((shape, seed) => CompareLists(shape, Pictures(shape, seed)), iter: 50, threads: 1);

    /// <returns>Whether the foreground was taken alone.</returns>
    private static bool Compare(CnnShape shape, float[] images)
    {
        float[][] parameters = KernelNetwork.RandomParameters(shape, 1);
        long[] labels = [.. Enumerable.Range(0, Images).Select(n => n % 10L)];
        ReferenceNetwork reference = new(shape, parameters);
        reference.Run(images, labels, 0);
        bool taken = false;
        foreach (SimdKernels simd in KernelNetwork.Widths())
        {
            KernelNetwork network = new(shape, parameters, Images, 2, simd);
            network.Backward(images, labels, ofImages: false);

            taken = network.TookForeground(0);
            float[] inferred = KernelNetwork.Infer(shape, parameters, images, 2, simd);
            KernelNetwork.AssertNear([.. reference.Logits.SelectMany(z => z)], [.. Enumerable.Range(0, Images).SelectMany(network.Logits)], $"{simd.Width} floats, logits");
            KernelNetwork.AssertNear([.. reference.Logits.SelectMany(z => z)], inferred, $"{simd.Width} floats, inference");
            for (int p = 0; p < parameters.Length; p++)
            {
                KernelNetwork.AssertNear(reference.Gradients[p], network.Gradient(p), $"{simd.Width} floats, parameter {p}");
            }
        }

        return taken;
    }

    private static unsafe void CompareLists(CnnShape network, float[] images)
    {
        ForegroundShape shape = new(network.Convolutions[0], network.Convolutions[1]);
        Foreground foreground = new(shape, Images);
        AlignedBuffer memory = new(images.Length);
        images.CopyTo(new Span<float>(memory.Pointer, images.Length));
        float share = foreground.Find(memory.Pointer, Images);
        foreground.List(Images);
        (ConvolutionShape first, ConvolutionShape second) = (shape.First, shape.Second);
        List<(int Class, int Window, int Pixel)> expected = [];
        for (int n = 0; n < Images; n++)
        {
            for (int y = 0; y < second.Height; y++)
            {
                for (int x = 0; x < second.Width; x++)
                {
                    if (Sees(n, y, x))
                    {
                        expected.Add(((y % second.Stride * second.Stride) + (x % second.Stride), At(n, y, x), (((((n * second.Height) + y) * second.Width) + x) * second.Channels)));
                    }
                }
            }
        }

        Assert.Equal((float)expected.Count / (Images * shape.Pixels), share, 1e-6f);
        for (int q = 0; q < shape.Classes; q++)
        {
            (int start, int count) = foreground.Class(q);
            List<(int, int Window, int Pixel)> listed = [.. Enumerable.Range(start, count).Select(i => (q, foreground.Windows[i], foreground.Pixels[i]))], ofClass = [.. expected.Where(e => e.Class == q)];
            Assert.Equal(ofClass, listed);
        }

        Assert.Equal(expected.Count, foreground.Count);
        List<int> outputs = [];
        for (int b = 0; b < shape.Boxes; b++)
        {
            (int start, int count) = foreground.Box(b);
            (int top, int height, int left, int width) = b == 0 ? default : shape.Box(b);
            for (int i = start; i < start + count; i++)
            {
                outputs.Add(foreground.BoxOutputs[i] / second.Filters);
                (int n, int o) = Math.DivRem(outputs[^1], shape.Outputs);
                (int y, int x) = (o / second.OutputWidth * second.Stride, o % second.OutputWidth * second.Stride);
                (int Y, int X)[] seen = [.. Enumerable.Range(0, second.Kernel * second.Kernel).Select(t => (t / second.Kernel, t % second.Kernel)).Where(t => Sees(n, y + t.Item1, x + t.Item2))];
                Assert.Equal(((((n * second.Height) + y) * second.Width) + x) * second.Channels, foreground.BoxWindows[i]);
                Assert.Equal(seen.Length == 0 ? default : (seen.Min(t => t.Y), seen.Min(t => t.X), seen.Max(t => t.Y) + 1, seen.Max(t => t.X) + 1), (top, left, top + height, left + width));
            }
        }

        Assert.Equal(Enumerable.Range(0, Images * shape.Outputs), outputs.Order());

        int At(int n, int y, int x) => (n * first.InputLength) + (((y * first.Width) + x) * first.Stride);

        bool Sees(int n, int y, int x) =>
            Enumerable.Range(0, first.Kernel * first.Kernel).Any(t => images[At(n, y, x) + (t / first.Kernel * first.Width) + (t % first.Kernel)] != 0);
    }

    private static float[] Pictures(CnnShape shape, int seed) => KernelNetwork.RandomBatch(shape, Images, (2 * seed) + 1).Images;
}
