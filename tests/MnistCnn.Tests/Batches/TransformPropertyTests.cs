using System.Globalization;
using CsCheck;
using MnistCnn.Batches;

namespace MnistCnn.Tests.Batches;

public sealed class TransformPropertyTests
{
    /// <summary>Every transform at full strength, and the same at none.</summary>
    private static readonly (IImageTransform Full, IImageTransform None)[] All =
    [
        (new RandomElastic(), new RandomElastic { MaxOffset = 0 }),
        (new RandomElastic { Affine = new RandomAffine { MaxStretch = 1.5f } }, new RandomElastic { Probability = 0 }),
        .. Enum.GetValues<StrokeChange>().Select(change => (new RandomStroke { Change = change }, new RandomStroke { Change = change, Strength = 0 })),
        .. Enum.GetValues<BlurKind>().Select(kind => (new RandomBlur { Kind = kind }, new RandomBlur { Kind = kind, Strength = 0 })),
        .. Enum.GetValues<NoiseKind>().Select(kind => (new RandomNoise { Kind = kind }, new RandomNoise { Kind = kind, Strength = 0 })),
        .. Enum.GetValues<ContrastKind>().Select(kind => (new RandomContrast { Kind = kind }, new RandomContrast { Kind = kind, Strength = 0 })),
        .. Enum.GetValues<OcclusionKind>().Select(kind => (new RandomOcclusion { Kind = kind }, new RandomOcclusion { Kind = kind, Strength = 0 })),
        (new RandomChoice((1, new RandomShift())) { CountWeights = [1, 1, 1] }, new RandomChoice((1, new RandomShift())) { CountWeights = [1] }),
    ];

    private static readonly Gen<(int Transform, int Height, int Width, int Seed)> Cases =
        Gen.Select(Gen.Int[0, All.Length - 1], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 1000]);

    [Fact]
    public void Pixels_stay_between_background_and_ink() => Cases.Sample(given =>
        Assert.All(Apply(All[given.Transform].Full, given), pixel => Assert.InRange(pixel, -1e-5f, 1 + 1e-5f)));

    [Fact]
    public void Images_of_a_few_pixels_take_every_transform()
    {
        foreach ((int transform, int height, int width, int seed) in
            from transform in Enumerable.Range(0, All.Length)
            from height in Enumerable.Range(1, 4)
            from width in Enumerable.Range(1, 4)
            from seed in Enumerable.Range(0, 100)
            select (transform, height, width, seed))
        {
            Assert.All(Apply(All[transform].Full, (transform, height, width, seed)), pixel => Assert.InRange(pixel, -1e-5f, 1 + 1e-5f));
        }
    }

    [Fact]
    public void An_image_stays_as_it_is_at_no_strength() => Cases.Sample(given =>
        Assert.All(Source(given).Zip(Apply(All[given.Transform].None, given)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)));

    [Fact]
    public void Equal_random_numbers_give_equal_pixels_and_the_source_stays() => Cases.Sample(given =>
    {
        float[] source = Source(given);
        Assert.Equal(Apply(All[given.Transform].Full, given), Apply(All[given.Transform].Full, given));
        Assert.Equal(source, Source(given));
    });

    [Fact]
    public void Each_transform_changes_most_images()
    {
        foreach ((IImageTransform full, _) in All.SkipLast(1))
        {
            Assert.InRange(Enumerable.Range(0, 20).Count(seed => !Apply(full, (0, 28, 28, seed)).SequenceEqual(Source((0, 28, 28, seed)))), 15, 20);
        }
    }

    [Fact]
    public void A_filter_agrees_with_sums_in_double_precision() => Cases.Sample(given =>
    {
        (_, int height, int width, int seed) = given;
        (float[] source, float[] kernel, float[] result) = (Source(given), Numbers(25, seed), new float[height * width]);
        Neighbours.Filter(source, result, height, width, kernel);
        Assert.All(result, (pixel, i) => Assert.Equal(
            Window(2).Sum(w => (double)At(source, height, width, i / width + w.Down, i % width + w.Right) * kernel[(w.Down + 2) * 5 + w.Right + 2]), pixel,
                1e-4));
    });

    [Fact]
    public void Strokes_agree_with_the_extremes_of_each_window() => Cases.Sample(given =>
    {
        (_, int height, int width, int seed) = given;
        (float[] source, float[] result) = (Source(given), new float[height * width]);
        foreach ((bool largest, bool diagonal) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            Neighbours.Extreme(source, result, height, width, largest, diagonal);
            Assert.All(result, (pixel, i) =>
            {
                IEnumerable<float> around = Window(1).Where(w => diagonal || w.Down * w.Right == 0).Select(w =>
                    At(source, height, width, i / width + w.Down, i % width + w.Right));
                Assert.Equal(largest ? around.Max() : around.Min(), pixel);
            });
        }
    });

    [Fact]
    public void Equal_offsets_of_all_nodes_move_an_image_as_a_map_does() => Cases.Sample(given =>
    {
        (_, int height, int width, int seed) = given;
        float[] source = Source(given), bent = new float[source.Length], moved = new float[source.Length];
        (float right, float down) = (seed % 7 - 3.3f, seed % 5 - 2.1f);
        AffineMap map = new(1, 0, 0, 1, 0, 0);
        OffsetGrid grid = new(3, Enumerable.Repeat(right, 9).ToArray(), Enumerable.Repeat(down, 9).ToArray());
        AffineSampler.Sample(source, bent, height, width, map, grid);
        AffineSampler.Sample(source, moved, height, width, map with { ShiftX = -right, ShiftY = -down });
        Assert.All(bent.Zip(moved), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
    });

    [Fact]
    public void Offsets_between_nodes_are_bilinear() => Cases.Sample(given =>
    {
        (_, int height, int width, int seed) = given;
        int side = 2 + seed % 6;
        float[] right = Numbers(side * side, seed), down = Numbers(side * side, seed + 1), xs = new float[width], ys = new float[width];
        int row = seed % height;
        new OffsetGrid(side, right, down).AddTo(xs, ys, row, height);
        for (int x = 0; x < width; x++)
        {
            double u = x * (side - 1.0) / Math.Max(1, width - 1), v = row * (side - 1.0) / Math.Max(1, height - 1);
            Assert.Equal(Sum(right, u, v), xs[x], 1e-4);
            Assert.Equal(Sum(down, u, v), ys[x], 1e-4);
        }

        double Sum(float[] nodes, double u, double v) =>
            nodes.Select((offset, n) => offset * Math.Max(0, 1 - Math.Abs(u - n % side)) * Math.Max(0, 1 - Math.Abs(v - n / side))).Sum();
    });

    [Fact]
    public void Noise_has_the_spread_that_it_says()
    {
        float[] grey = [.. Enumerable.Repeat(.5f, 40_000)], noisy = new float[grey.Length];
        // Strength 0.25 draws from 0 to a deviation of 0.1, and no pixel reaches the limits.
        double[] deviations = [.. Enumerable.Range(0, 60).Select(seed =>
        {
            ImageRandom random = new(seed, 1, 1);
            new RandomNoise { Strength = .25f }.Apply(grey, noisy, 200, 200, ref random);
            Assert.InRange(noisy.Average(), .49, .51);
            return Math.Sqrt(noisy.Average(p => (p - .5) * (p - .5)));
        })];
        Assert.InRange(deviations.Max(), .09, .101);
        Assert.InRange(deviations.Average(), .04, .06);
    }

    [Fact]
    public void Choices_come_as_often_as_their_weights_say()
    {
        RandomChoice choice = new((1, new Plus(1)), (3, new Plus(100))) { CountWeights = [2, 1, 1] };
        float[] result = new float[1];
        Dictionary<float, int> seen = [];
        for (int i = 0; i < 8000; i++)
        {
            ImageRandom random = new(1, 1, i);
            choice.Apply([0], result, 1, 1, ref random);
            seen[result[0]] = seen.GetValueOrDefault(result[0]) + 1;
        }

        Dictionary<float, double> expected = new() { [0] = .5, [1] = .25 * .25, [100] = .25 * .75, [2] = .25 / 16, [101] = .25 * 6 / 16, [200] = .25 * 9 / 16 };
        Assert.Equal(expected.Keys.Order(), seen.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, seen[pair.Key] / 8000.0, 0.02));
    }

    [Fact]
    public void The_text_of_a_choice_says_all_that_decides_its_images()
    {
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        RandomChoice choice = RandomChoice.Sometimes(.25f, new RandomBlur { Kind = BlurKind.Motion });
        Assert.Equal("RandomChoice { CountWeights = [0.75, 0.25], 1 RandomBlur { Kind = Motion, Strength = 1 } }", choice.ToString());
        Assert.DoesNotContain("ValueTuple", string.Concat(TrainingRecipe.Robust.Transforms.Select(transform => transform.ToString())),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RandomChoice());
        Assert.Contains("found weights [0]", Assert.Throws<ArgumentException>(() => new RandomChoice((0, new RandomShift()))).Message,
            StringComparison.Ordinal);
        Assert.Contains("found [0, 0]", Assert.Throws<ArgumentException>(() => new RandomChoice((1, new RandomShift())) { CountWeights = [0, 0] }).Message,
            StringComparison.Ordinal);
        Assert.Equal("probability", Assert.Throws<ArgumentOutOfRangeException>(() => RandomChoice.Sometimes(1.5f, new RandomShift())).ParamName);
        Assert.Equal("Strength", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomBlur { Strength = float.NaN }).ParamName);
        Assert.Equal("Kind", Assert.Throws<ArgumentOutOfRangeException>(() => new RandomNoise { Kind = (NoiseKind)9 }).ParamName);
    }

    private static IEnumerable<(int Down, int Right)> Window(int reach) =>
        from down in Enumerable.Range(-reach, 2 * reach + 1) from right in Enumerable.Range(-reach, 2 * reach + 1) select (down, right);

    private static float At(float[] image, int height, int width, int y, int x) => y >= 0 && y < height && x >= 0 && x < width ? image[y * width + x] : 0;

    private static float[] Numbers(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    /// <summary>Half of the pixels are background or full ink.</summary>
    private static float[] Source((int Transform, int Height, int Width, int Seed) given) =>
        [.. Numbers(given.Height * given.Width, given.Seed).Select(pixel => Math.Clamp(2 * pixel - .5f, 0, 1))];

    private static float[] Apply(IImageTransform transform, (int Transform, int Height, int Width, int Seed) given)
    {
        float[] result = [.. Enumerable.Repeat(float.NaN, given.Height * given.Width)];
        ImageRandom random = new(given.Seed, 1, given.Width);
        transform.Apply(Source(given), result, given.Height, given.Width, ref random);
        return result;
    }

    private sealed class Plus(float summand) : IImageTransform
    {
        public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random) => destination[0] = source[0]
            + summand;
    }
}
