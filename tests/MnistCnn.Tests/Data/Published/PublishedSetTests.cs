using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class PublishedSetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. MnistVariant.All.Where(variant => variant.Folder != "mnist-c"
        || variant.Name.EndsWith("fog", StringComparison.Ordinal)).Select(variant => variant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_set_is_downloaded_in_its_published_layout_read_and_trained_on(string name)
    {
        using TemporaryFolder folder = new();
        MnistVariant variant = MnistVariant.Parse(name);
        Dictionary<string, byte[]> files = SmallSets.FilesOf(variant);
        await using LoopbackServer server = LoopbackServer.Serving(files);
        MnistVariant small = SmallSets.Published(variant, files, server.Address);
        MnistDownloaderOptions options = DownloadSample.Impatient with { CacheDirectory = folder.Root };

        string directory = await new MnistDownloader(options).DownloadAsync(small, cancellationToken: Token);
        Assert.Equal(folder[variant.Folder], directory);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), server.Requests.Select(request => request.Name).Order(StringComparer.Ordinal));

        MnistDataset train = MnistDataset.Load(directory, small, MnistSplit.Train);
        MnistDataset test = MnistDataset.Load(directory, small, variant.Name == "qmnist" ? MnistSplit.Extra : MnistSplit.Test);
        AssertSame(SmallSets.Source(MnistSplit.Train), train);
        AssertSame(SmallSets.Source(MnistSplit.Test), test);
        Assert.Equal(variant.ClassNames, train.ClassNames);

        using CnnClassifier model = new(CnnClassifierOptions.For(train) with { Seed = 1 });
        FitResult fit = new Trainer(new TrainerOptions { Epochs = 2, BatchSize = 32, Seed = 1 }).Fit(model, train, test, Token);
        Assert.Equal(StopReason.Completed, fit.StopReason);
    }

    [Fact]
    public void The_test_images_of_QMNIST_are_the_first_10000_and_other_sets_have_no_extra_ones()
    {
        using TemporaryFolder folder = new();
        foreach ((string file, byte[] content) in SmallSets.FilesOf(MnistVariant.Qmnist))
        {
            File.WriteAllBytes(folder[file], content);
        }

        MnistDataset test = MnistDataset.Load(folder.Root, MnistVariant.Qmnist, MnistSplit.Test);
        Assert.Equal(10_000, test.Count);
        Assert.Equal(0, test.GetImage(9_999).ToArray().Sum(pixel => pixel));
        Assert.Throws<ArgumentOutOfRangeException>(() => MnistDataset.Load(folder.Root, MnistVariant.Kuzushiji49, MnistSplit.Extra));
        Assert.Throws<ArgumentOutOfRangeException>(() => MnistDataset.Load(folder.Root, MnistVariant.EmnistDigits, MnistSplit.Extra));
        Assert.Throws<ArgumentOutOfRangeException>(() => MnistDataset.Load(folder.Root, MnistVariant.Mnist, MnistSplit.Extra));
    }

    [Theory]
    [InlineData("emnist-letters", "gzip.zip")]
    [InlineData("kuzushiji-49", "k49-train-labels.npz")]
    [InlineData("mnist-c-zigzag", "mnist_c.zip")]
    [InlineData("qmnist", "qmnist-train-images-idx3-ubyte.gz")]
    public void A_missing_file_is_named_with_how_to_download_it(string name, string file)
    {
        using TemporaryFolder folder = new();
        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(() =>
            MnistDataset.Load(folder.Root, MnistVariant.Parse(name), MnistSplit.Train));
        Assert.Contains($"'{folder.Root}' does not contain {file}. Download it: await new MnistDownloader().DownloadAsync(MnistVariant.Parse(\"{name}\"), "
            + "directory).", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_outside_the_classes_and_a_damaged_archive_are_refused_with_the_member()
    {
        using TemporaryFolder folder = new();
        byte[] images = Idx.Gzip(Idx.Images(2)), labels = Idx.Gzip([.. Idx.Header(8, 2), 26, 0]);
        byte[] zip = Zip.Of(("gzip/emnist-letters-test-images-idx3-ubyte.gz", images), ("gzip/emnist-letters-test-labels-idx1-ubyte.gz", labels));
        File.WriteAllBytes(folder["gzip.zip"], zip);
        IdxFormatException label = Assert.Throws<IdxFormatException>(() => MnistDataset.Load(folder.Root, MnistVariant.EmnistLetters, MnistSplit.Test));
        Assert.Contains("gzip.zip/gzip/emnist-letters-test-labels-idx1-ubyte.gz', byte 9: expected labels 1 to 26, found label 0 at index 1", label.Message,
            StringComparison.Ordinal);

        File.WriteAllBytes(folder["gzip.zip"], zip[..^30]);
        Assert.Throws<ZipFormatException>(() => MnistDataset.Load(folder.Root, MnistVariant.EmnistLetters, MnistSplit.Test));
    }

    [Fact]
    public void Every_set_has_a_name_https_mirrors_and_the_number_of_classes_that_its_publisher_gives()
    {
        Dictionary<string, int> classes = new()
        {
            ["mnist"] = 10,
            ["fashion-mnist"] = 10,
            ["kmnist"] = 10,
            ["kuzushiji-49"] = 49,
            ["qmnist"] = 10,
            ["emnist-byclass"] = 62,
            ["emnist-bymerge"] = 47,
            ["emnist-balanced"] = 47,
            ["emnist-letters"] = 26,
            ["emnist-digits"] = 10,
            ["emnist-mnist"] = 10,
        };
        Assert.Equal(classes.Keys, MnistVariant.All.Select(variant => variant.Name).Where(name => !name.StartsWith("mnist-c", StringComparison.Ordinal)));
        Assert.Equal(16, MnistVariant.MnistC.Count);
        Assert.Equal("mnist-c-identity", MnistVariant.MnistC[0].Name);
        Assert.All(MnistVariant.All, variant =>
        {
            Assert.Equal(classes.GetValueOrDefault(variant.Name, 10), variant.ClassNames.Count);
            Assert.Equal(variant.ClassNames.Count, variant.ClassNames.Distinct().Count());
            Assert.All(variant.Mirrors, mirror => Assert.Equal("https", mirror.Scheme));
            Assert.NotNull(variant.Citation);
            Assert.Same(variant, MnistVariant.Parse(variant.Name.ToUpperInvariant().Replace('-', '_')));
        });
        Assert.Equal(("A", "a", "t"), (MnistVariant.EmnistBalanced.ClassNames[10], MnistVariant.EmnistBalanced.ClassNames[36],
            MnistVariant.EmnistBalanced.ClassNames[46]));
        Assert.Same(MnistVariant.FashionMnist, MnistVariant.Parse("fashion"));
        Assert.Contains("kuzushiji-49", Assert.Throws<ArgumentException>(() => MnistVariant.Parse("cifar")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_MD5_is_found_and_a_malformed_one_is_an_argument_error()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = LoopbackServer.Serving(new() { ["f"] = [1, 2, 3] });
        MnistVariant wrong = new("s", [new MnistFile("f") { Md5 = new string('0', 32) }], [server.Address], ["a"]);
        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() =>
            new MnistDownloader(DownloadSample.Impatient).DownloadAsync(wrong, folder.Root, cancellationToken: Token));
        Assert.Contains("expected MD5 00000000000000000000000000000000, found 5289DF737DF57326FCDD22597AFB1FAC", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MnistFile("f") { Md5 = "12" });
    }

    private static void AssertSame(SyntheticDigits expected, MnistDataset actual)
    {
        Assert.Equal((expected.Count, expected.Height, expected.Width), (actual.Count, actual.Height, actual.Width));
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected.GetLabel(i), actual.GetLabel(i));
            Assert.True(expected.GetImage(i).SequenceEqual(actual.GetImage(i)), $"image {i}");
        }
    }
}
