using MnistCnn.Batches;

namespace MnistCnn.Tests.Batches;

public sealed class TransformTests
{
    private static readonly SyntheticDigits Digits = new(300);

    public static TheoryData<IImageTransform> Transforms => new([new RandomShift(), new RandomAffine(), .. TrainingRecipe.Robust.Transforms]);

    [Theory]
    [MemberData(nameof(Transforms), DisableDiscoveryEnumeration = true)]
    public void Batches_do_not_depend_on_the_number_of_threads_nor_on_the_step_at_which_one_begins(IImageTransform transform)
    {
        List<string> one = Images(transform, threads: 1, firstStep: 1);
        Assert.Equal(one, Images(transform, threads: 7, firstStep: 1));
        Assert.Equal(one.Skip(2), Images(transform, threads: 0, firstStep: 3));
        Assert.NotEqual(one[0], Images(transform, threads: 1, firstStep: 1, epoch: 2)[0]);
        Assert.NotEqual(one[0], Images(transform, threads: 1, firstStep: 1, seed: 2)[0]);
    }

    [Fact]
    public void A_shift_moves_whole_pixels_and_fills_with_background()
    {
        float[] source = [.. Enumerable.Range(1, 12).Select(i => (float)i)];
        HashSet<string> seen = [];
        for (int i = 0; i < 400; i++)
        {
            ImageRandom random = new(1, 1, i);
            float[] shifted = [.. Enumerable.Repeat(float.NaN, 12)];
            new RandomShift { MaxPixels = 1 }.Apply(source, shifted, 3, 4, ref random);
            Assert.Contains(Shifts(), expected => expected.SequenceEqual(shifted));
            seen.Add(string.Join(' ', shifted));
        }

        Assert.Equal(9, seen.Count);

        IEnumerable<float[]> Shifts() =>
            from down in new[] { -1, 0, 1 }
            from right in new[] { -1, 0, 1 }
            select Enumerable.Range(0, 12).Select(p => (Y: p / 4 - down, X: p % 4 - right))
                .Select(p => p is { Y: >= 0 and < 3, X: >= 0 and < 4 } ? source[p.Y * 4 + p.X] : 0).ToArray();
    }

    [Fact]
    public void A_shift_larger_than_the_image_leaves_only_background()
    {
        ImageRandom random = new(1, 1, 1);
        int empty = 0;
        for (int i = 0; i < 200; i++)
        {
            float[] destination = [.. Enumerable.Repeat(float.NaN, 12)];
            new RandomShift { MaxPixels = 50 }.Apply(Enumerable.Repeat(1f, 12).ToArray(), destination, 3, 4, ref random);
            Assert.All(destination, pixel => Assert.True(pixel is 0 or 1, $"found {pixel}"));
            empty += destination.Contains(1) ? 0 : 1;
        }

        // Of 101 × 101 shifts 7 × 5 leave a pixel of the image.
        Assert.InRange(empty, 190, 200);
    }

    [Fact]
    public void The_identity_map_leaves_an_image_as_it_is()
    {
        (float[]? source, float[]? destination) = (Random(28 * 20), new float[28 * 20]);
        AffineSampler.Sample(source, destination, 28, 20, new AffineMap(1, 0, 0, 1, 0, 0));
        Assert.Equal(source, destination);
    }

    [Theory]
    [InlineData(1f, 0f, 0f, 1f, 2.5f, -1.25f)]
    [InlineData(0.8f, 0.3f, -0.2f, 1.1f, 0.7f, 3.3f)]
    [InlineData(-1f, 0f, 0f, -1f, 0f, 0f)]
    [InlineData(5f, 4f, -6f, 7f, 100f, -200f)]
    public void The_sampler_agrees_with_bilinear_interpolation_in_double_precision(float xx, float xy, float yx, float yy, float right, float down)
    {
        const int Height = 17, Width = 23;
        (float[]? source, float[]? destination) = (Random(Height * Width), new float[Height * Width]);

        AffineSampler.Sample(source, destination, Height, Width, new AffineMap(xx, xy, yx, yy, right, down));

        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (double dx, double dy) = (x - (Width - 1) / 2.0 - right, y - (Height - 1) / 2.0 - down);
                (double sx, double sy) = (xx * dx + xy * dy + (Width - 1) / 2.0, yx * dx + yy * dy + (Height - 1) / 2.0);
                (int left, int top) = ((int)Math.Floor(sx), (int)Math.Floor(sy));
                double expected = Pixel(left, top) * (left + 1 - sx) * (top + 1 - sy) + Pixel(left + 1, top) * (sx - left) * (top + 1 - sy)
                    + Pixel(left, top + 1) * (left + 1 - sx) * (sy - top) + Pixel(left + 1, top + 1) * (sx - left) * (sy - top);
                Assert.Equal(expected, destination[y * Width + x], 1e-4);
            }
        }

        double Pixel(int x, int y) => x is >= 0 and < Width && y is >= 0 and < Height ? source[y * Width + x] : 0;
    }

    [Fact]
    public void An_affine_map_without_range_is_the_identity()
    {
        ImageRandom random = new(1, 1, 1);
        (float[]? source, float[]? destination) = (Random(784), new float[784]);
        new RandomAffine { Degrees = 0, Translation = 0, MinScale = 1, MaxScale = 1, ShearDegrees = 0 }.Apply(source, destination, 28, 28, ref random);
        Assert.Equal(source, destination);
    }

    [Fact]
    public void Transforms_follow_one_another_in_order()
    {
        using MnistBatch batch = new BatchLoader(Digits, new BatchLoaderOptions
        {
            BatchSize = 4,
            Shuffle = false,
            Transforms = [new Add(1), new Double(), new Add(3)]
        }).Epoch(1).First();
        Assert.Equal(Digits.GetImage(2).ToArray().Select(pixel => (pixel / 255f + 1) * 2 + 3), batch.Images[2].data<float>().ToArray());
    }

    [Fact]
    public void A_transform_that_throws_ends_the_epoch_with_its_exception()
    {
        BatchLoader loader = new(Digits, new BatchLoaderOptions { BatchSize = 4, Transforms = [new Throwing()] });
        Assert.Equal("a test", Assert.Throws<InvalidTimeZoneException>(() => loader.Epoch(1).First()).Message);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(181f)]
    [InlineData(float.NaN)]
    public void Ranges_are_checked_at_the_option(float degrees) =>
        Assert.Equal("Degrees", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine { Degrees = degrees }).ParamName);

    private static float[] Random(int count) => [.. new float[count].Select((_, i) => new Random(i).NextSingle())];

    private static List<string> Images(IImageTransform transform, int threads, int firstStep, int epoch = 1, int seed = 1)
    {
        BatchLoader loader = new(Digits, new BatchLoaderOptions { BatchSize = 64, Seed = seed, Threads = threads, Transforms = [transform] });
        List<string> images = [];
        foreach (MnistBatch batch in loader.Epoch(epoch, firstStep))
        {
            using (batch)
            {
                images.Add(Convert.ToHexString(batch.Images.bytes));
            }
        }

        return images;
    }

    private sealed class Add(float summand) : IImageTransform
    {
        public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
        {
            for (int i = 0; i < source.Length; i++)
            {
                destination[i] = source[i] + summand;
            }
        }
    }

    private sealed class Double : IImageTransform
    {
        public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
        {
            for (int i = 0; i < source.Length; i++)
            {
                destination[i] = source[i] * 2;
            }
        }
    }

    private sealed class Throwing : IImageTransform
    {
        public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random) =>
            throw new InvalidTimeZoneException("a test");
    }
}
