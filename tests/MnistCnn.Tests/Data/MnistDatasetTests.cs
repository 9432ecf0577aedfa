using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class MnistDatasetTests
{
    [Fact]
    public void The_real_files_load_with_the_published_counts_and_labels()
    {
        RealMnist.SkipUnlessPresent();
        var train = MnistDataset.Load(RealMnist.Directory, MnistSplit.Train);
        var test = MnistDataset.Load(RealMnist.Directory, MnistSplit.Test);

        Assert.Equal((60_000, 28, 28), (train.Count, train.Height, train.Width));
        Assert.Equal((10_000, 28, 28), (test.Count, test.Height, test.Width));
        Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], Enumerable.Range(0, 10).Select(train.GetLabel));
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], Enumerable.Range(0, train.Count).CountBy(train.GetLabel).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void A_folder_without_files_says_what_it_looked_for_where_and_how_to_download()
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.Throws<FileNotFoundException>(() => MnistDataset.Load(folder.Root, MnistSplit.Test));

        Assert.Contains(folder.Root, exception.Message, StringComparison.Ordinal);
        Assert.Contains("t10k-images-idx3-ubyte, t10k-images-idx3-ubyte.gz, t10k-images.idx3-ubyte, t10k-images.idx3-ubyte.gz", exception.Message, StringComparison.Ordinal);
        Assert.Contains("new MnistDownloader().DownloadAsync(MnistVariant.Mnist, directory)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_is_stratified_and_reproducible_and_partitions_the_images()
    {
        var labels = Enumerable.Range(0, 1000).Select(i => (byte)(i % 10 == 0 ? 1 : 0)).ToArray();
        var pixels = Enumerable.Range(0, 1000).SelectMany(i => new[] { (byte)(i & 0xFF), (byte)(i >> 8) }).ToArray();
        var data = MnistDataset.FromMemory(pixels, labels, 1, 2, ["zero", "one"]);

        var (first, second) = data.Split(0.8, 7);
        var (again, _) = data.Split(0.8, 7);
        var (other, _) = data.Split(0.8, 8);

        Assert.Equal((800, 200), (first.Count, second.Count));
        Assert.Equal(80, Enumerable.Range(0, 800).Count(i => first.GetLabel(i) == 1));
        Assert.Equal(Enumerable.Range(0, 1000), Ids(first).Concat(Ids(second)).Order());
        Assert.Equal(Ids(first), Ids(again));
        Assert.NotEqual(Ids(first), Ids(other));
        Assert.Equal(Ids(first).Take(5), Ids(first.Take(5)));

        static int[] Ids(MnistDataset set) => [.. Enumerable.Range(0, set.Count).Select(i => set.GetImage(i)[0] | set.GetImage(i)[1] << 8)];
    }
}
