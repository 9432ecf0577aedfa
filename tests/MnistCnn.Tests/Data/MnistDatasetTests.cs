using CsCheck;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class MnistDatasetTests
{
    [Fact]
    public void The_real_files_load_with_the_published_counts_and_labels()
    {
        RealMnist.SkipUnlessPresent();
        MnistDataset train = MnistDataset.Load(RealMnist.Directory, MnistSplit.Train);
        MnistDataset test = MnistDataset.Load(RealMnist.Directory, MnistSplit.Test);

        Assert.Equal((60_000, 28, 28), (train.Count, train.Height, train.Width));
        Assert.Equal((10_000, 28, 28), (test.Count, test.Height, test.Width));
        Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], Enumerable.Range(0, 10).Select(train.GetLabel));
        Assert.Equal(
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
            Enumerable.Range(0, train.Count).GroupBy(train.GetLabel).OrderBy(group => group.Key).Select(group => group.Count()));
    }

    [Fact]
    public void Fashion_MNIST_as_Debian_packs_it_loads_with_its_class_names()
    {
        const string Directory = "/usr/share/datasets/fashion-mnist";
        Assert.SkipUnless(System.IO.Directory.Exists(Directory), "Debian's package dataset-fashion-mnist is not installed.");
        (MnistDataset? train, MnistDataset? test) = MnistDataset.LoadSplits(Directory, MnistVariant.FashionMnist.ClassNames);

        Assert.Equal((60_000, 10_000), (train.Count, test.Count));
        Assert.Equal("Ankle boot", train.ClassNames[train.GetLabel(0)]);
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(6_000, Enumerable.Range(0, train.Count).Count(i => train.GetLabel(i) == label)));
    }

    [Theory]
    [InlineData("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [InlineData("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte")]
    [InlineData("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz")]
    [InlineData("t10k-images.idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")]
    public void Files_are_found_plain_or_compressed_under_both_spellings(string images, string labels)
    {
        using TemporaryFolder folder = new();
        IdxWriter.Write<byte>(folder[images], new byte[3 * 4 * 5], 3, 4, 5);
        IdxWriter.Write<byte>(folder[labels], [7, 8, 9], 3);

        MnistDataset data = MnistDataset.Load(folder.Root, MnistSplit.Test);
        Assert.Equal((3, 4, 5, 9), (data.Count, data.Height, data.Width, data.GetLabel(2)));
    }

    [Fact]
    public void Any_division_is_a_partition_in_which_each_class_has_its_part() =>
        Gen.Select(Gen.Byte[0, 3].Array[2, 300], Gen.Double[0.01, 0.99], Gen.Int).Sample((labels, fraction, seed) =>
        {
            MnistDataset data = MnistDataset.FromMemory([.. Enumerable.Range(0, labels.Length).SelectMany(i => new[] { (byte)i, (byte)(i >> 8) })], labels, 1,
                2);
            (MnistDataset? first, MnistDataset? second) = data.Split(fraction, seed);
            List<List<int>> ids = [.. new[] { first, second }.Select(set => Enumerable.Range(0, set.Count)
                .Select(i => set.GetImage(i)[0] | set.GetImage(i)[1] << 8).ToList())];
            Assert.Equal(Enumerable.Range(0, labels.Length), ids[0].Concat(ids[1]).Order());
            Assert.All(ids, part => Assert.NotEmpty(part));
            foreach (IGrouping<byte, byte> group in labels.GroupBy(label => label))
            {
                Assert.InRange(ids[0].Count(id => labels[id] == group.Key) - group.Count() * fraction, -1.01, 1.01);
            }
        });

    [Fact]
    public void A_folder_without_files_says_what_it_looked_for_where_and_how_to_download()
    {
        using TemporaryFolder folder = new();
        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(() => MnistDataset.Load(folder.Root, MnistSplit.Test));

        Assert.Contains(folder.Root, exception.Message, StringComparison.Ordinal);
        Assert.Contains("t10k-images-idx3-ubyte, t10k-images-idx3-ubyte.gz, t10k-images.idx3-ubyte, t10k-images.idx3-ubyte.gz", exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("new MnistDownloader().DownloadAsync(MnistVariant.Mnist, directory)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_is_stratified_and_reproducible_and_partitions_the_images()
    {
        byte[] labels = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 10 == 0 ? 1 : 0))];
        byte[] pixels = [.. Enumerable.Range(0, 1000).SelectMany(i => new[] { (byte)(i & 0xFF), (byte)(i >> 8) })];
        MnistDataset data = MnistDataset.FromMemory(pixels, labels, 1, 2, ["zero", "one"]);

        (MnistDataset? first, MnistDataset? second) = data.Split(0.8, 7);
        (MnistDataset? again, MnistDataset _) = data.Split(0.8, 7);
        (MnistDataset? other, MnistDataset _) = data.Split(0.8, 8);

        Assert.Equal((800, 200), (first.Count, second.Count));
        Assert.Equal(80, Enumerable.Range(0, 800).Count(i => first.GetLabel(i) == 1));
        Assert.Equal(Enumerable.Range(0, 1000), Ids(first).Concat(Ids(second)).Order());
        Assert.Equal(Ids(first), Ids(again));
        Assert.NotEqual(Ids(first), Ids(other));
        Assert.Equal(Ids(first).Take(5), Ids(first.Take(5)));

        static int[] Ids(MnistDataset set) => [.. Enumerable.Range(0, set.Count).Select(i => set.GetImage(i)[0] | set.GetImage(i)[1] << 8)];
    }
}
