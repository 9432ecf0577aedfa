using MnistCnn.Batches;

namespace MnistCnn.Tests.Batches;

public sealed class CorruptedDatasetTests
{
    private static readonly SyntheticDigits Digits = new(40);

    public static TheoryData<Corruption> Corruptions => [.. Enum.GetValues<Corruption>()];

    [Theory]
    [MemberData(nameof(Corruptions))]
    public void Images_depend_on_the_seed_alone_and_labels_stay(Corruption corruption)
    {
        CorruptedDataset one = new(Digits, corruption, seed: 1), again = new(Digits, corruption, seed: 1);
        Assert.Equal(Pixels(one), Pixels(again));
        Assert.NotEqual(Pixels(Digits), Pixels(one));
        Assert.Equal(Enumerable.Range(0, 40).Select(Digits.GetLabel), Enumerable.Range(0, 40).Select(one.GetLabel));
        bool isRandom = corruption is not (Corruption.Scale or Corruption.Brightness or Corruption.Stripe or Corruption.CannyEdges);
        Assert.Equal(isRandom, !Pixels(one).SequenceEqual(Pixels(new CorruptedDataset(Digits, corruption, seed: 2))));
    }

    [Theory]
    [MemberData(nameof(Corruptions))]
    public void Severities_go_as_far_as_they_say_and_that_of_the_published_set_is_among_them(Corruption corruption)
    {
        int severities = CorruptedDataset.SeveritiesOf(corruption);
        Assert.InRange(new CorruptedDataset(Digits, corruption).Severity, 1, severities);
        Assert.Equal(severities, Enumerable.Range(1, severities).Select(s => Convert.ToHexString(Pixels(new CorruptedDataset(Digits, corruption, s))))
            .Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CorruptedDataset(Digits, corruption, severities + 1));
    }

    [Fact]
    public void Simple_corruptions_do_what_their_definitions_say()
    {
        ReadOnlySpan<byte> image = Digits.GetImage(3);
        ReadOnlySpan<byte> bright = new CorruptedDataset(Digits, Corruption.Brightness).GetImage(3), stripe = new CorruptedDataset(Digits, Corruption.Stripe)
            .GetImage(3);
        for (int i = 0; i < image.Length; i++)
        {
            Assert.Equal(Math.Min(255, Math.Round(image[i] + 127.5)), bright[i], 1.0);
            Assert.Equal(i % 28 is < 7 or >= 21 ? 255 - image[i] : image[i], stripe[i]);
        }
    }

    [Fact]
    public void A_translation_moves_whole_pixels_along_a_diagonal()
    {
        CorruptedDataset moved = new(Digits, Corruption.Translate);
        for (int index = 0; index < 40; index++)
        {
            byte[] found = moved.GetImage(index).ToArray();
            Assert.Contains([(3, 3), (3, -3), (-3, 3), (-3, -3)], by => Moved(index, by).SequenceEqual(found));
        }

        static byte[] Moved(int index, (int Right, int Down) by) => [.. Enumerable.Range(0, 784).Select(i => (X: i % 28 - by.Right, Y: i / 28 - by.Down))
            .Select(p => p is { X: >= 0 and < 28, Y: >= 0 and < 28 } ? Digits.GetImage(index)[p.Y * 28 + p.X] : (byte)0)];
    }

    [Fact]
    public void Noise_changes_as_many_pixels_as_it_says()
    {
        MnistDataset grey = MnistDataset.FromMemory([.. Enumerable.Repeat((byte)100, 40 * 784)], new byte[40], 28, 28);
        byte[] impulses = Pixels(new CorruptedDataset(grey, Corruption.ImpulseNoise)),
            shots = Pixels(new CorruptedDataset(grey, Corruption.ShotNoise, severity: 1));
        Assert.Equal(.17, impulses.Count(pixel => pixel != 100) / (double)impulses.Length, .01);
        Assert.Equal(.5, impulses.Count(pixel => pixel == 255) / (double)impulses.Count(pixel => pixel != 100), .03);
        // A Poisson number of mean λ = 60 · 100 / 255 has the variance λ.
        double expected = 60 * 100 / 255.0, mean = shots.Average(pixel => pixel / 255.0 * 60);
        Assert.Equal(expected, mean, .2);
        Assert.Equal(expected, shots.Average(pixel => Math.Pow(pixel / 255.0 * 60 - mean, 2)), 1.0);
    }

    /// <summary>A ring and a stroke, of which scikit-image 0.19.3 finds these edges: <c>skimage.feature.canny(image / 255.)</c>.</summary>
    [Fact]
    public void Edges_are_those_of_scikit_image()
    {
        const string Expected = """
        ............................
        ............................
        .........#########..........
        .......###.......###........
        ......##...........##.......
        .....##.............##......
        ....##...............##.....
        ....#.....#######.....#.....
        ...##....##.....##....##....
        ...#....##.......##....#....
        ...#....#.........#....#....
        ...#....#.........#....#....
        ...#....#.........#....#....
        ...#....#.........#....#....
        ...#....#........##....#....
        ...#....##......##.....#....
        ...##....##.....#.....##....
        ....#.....#######.....#.....
        ....##...............##.....
        .....##..............#......
        ......##............#.#.....
        .......###.......###..##....
        .........#########..#..#....
        ....................##.#....
        .....................###....
        ............................
        ............................
        ............................
        """;
        byte[] image = [.. Enumerable.Range(0, 784).Select(i => (X: i % 28, Y: i / 28)).Select(p => Math.Max(
            300 - 4 * Math.Abs((p.X - 13) * (p.X - 13) + (p.Y - 12) * (p.Y - 12) - 64),
            p.Y is > 14 and < 25 ? 260 - 60 * Math.Abs(3 * p.X - 2 * p.Y - 20) : 0)).Select(v => (byte)Math.Clamp(v, 0, 255))];
        byte[] edges = new CorruptedDataset(MnistDataset.FromMemory(image, new byte[1], 28, 28), Corruption.CannyEdges).GetImage(0).ToArray();
        Assert.Equal(Expected, string.Join('\n', edges.Chunk(28).Select(row => string.Concat(row.Select(pixel => pixel == 255 ? '#' : '.')))));
    }

    /// <summary>
    /// The sixth row of <c>skimage.filters.gaussian(image / 255., sigma=0.7, mode='nearest')</c> of the same image, from its ninth column on.
    /// </summary>
    [Fact]
    public void Blurs_are_those_of_scikit_image()
    {
        double[] image = [.. Enumerable.Range(0, 784).Select(i => (X: i % 28, Y: i / 28))
            .Select(p => Math.Clamp(300 - 4 * Math.Abs((p.X - 13) * (p.X - 13) + (p.Y - 12) * (p.Y - 12) - 64), 0, 255) / 255.0)];
        double[] blurred = GaussianFilter.Apply(image, 28, .7, alongRows: true, repeatEdge: true);
        Assert.All([0.9277313, 0.9685244, 0.96741644, 0.94985959, 0.92458787, 0.91329652], (expected, x) =>
            Assert.Equal(expected, blurred[5 * 28 + 8 + x], 1e-7));
    }

    private static byte[] Pixels(IMnistDataset data) => [.. Enumerable.Range(0, data.Count).SelectMany(index => data.GetImage(index).ToArray())];
}
