using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class MnistDatasetBadInputTests
{
    [Fact]
    public void Different_counts_are_refused_with_both_counts_and_both_names()
    {
        using TemporaryFolder folder = new();
        string images = Write(folder, "images", Idx.Gzip([.. Idx.Header(8, 60_000, 1, 1), .. new byte[60_000]]));
        string labels = Write(folder, "labels", Idx.Gzip(Idx.Labels(59_999)));

        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => MnistDataset.FromFiles(images, labels));

        Assert.Equal($"'{images}', byte 4: expected 59999 images, one for each label in '{labels}', found 60000 images for 59999 labels.", exception.Message);
    }

    [Fact]
    public void A_label_without_a_class_is_refused_with_its_index()
    {
        using TemporaryFolder folder = new();
        string images = Write(folder, "images", Idx.Images(12));
        string labels = Write(folder, "labels", [.. Idx.Header(8, 12), 0, 1, 2, 3, 4, 5, 6, 10, 8, 9, 11, 1]);

        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => MnistDataset.FromFiles(images, labels));

        Assert.Equal($"'{labels}', byte 15: expected labels 0 to 9, found label 10 at index 7.", exception.Message);
        Assert.Equal(12, MnistDataset.FromFiles(images, labels, [.. Enumerable.Range(0, 12).Select(i => $"class {i}")]).Count);
    }

    [Fact]
    public void Labels_given_as_images_are_named_for_what_they_are()
    {
        using TemporaryFolder folder = new();
        string images = Write(folder, "images", Idx.Images(3));
        string labels = Write(folder, "labels", Idx.Labels(3));

        Assert.Equal(
            $"'{labels}', byte 0: expected IDX magic 0x00000803 (images), found IDX magic 0x00000801 (labels).",
            Assert.Throws<IdxFormatException>(() => MnistDataset.FromFiles(labels, labels)).Message);
        Assert.Equal(
            $"'{images}', byte 0: expected IDX magic 0x00000801 (labels), found IDX magic 0x00000803 (images).",
            Assert.Throws<IdxFormatException>(() => MnistDataset.FromFiles(images, images)).Message);
    }

    [Fact]
    public void Streams_are_named_by_their_role()
    {
        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => MnistDataset.FromStreams(new MemoryStream(Idx.Images(3)[..20]),
            new MemoryStream(Idx.Labels(3))));
        Assert.Equal("(images stream)", exception.Path);
        exception = Assert.Throws<IdxFormatException>(() => MnistDataset.FromStreams(new MemoryStream(Idx.Images(3)), new MemoryStream(Idx.Labels(3)[..9])));
        Assert.Equal("(labels stream)", exception.Path);
    }

    [Fact]
    public void Memory_that_does_not_fit_is_refused_with_numbers()
    {
        Assert.Contains("Expected 2 × 2 × 3 = 12 bytes, found 11", Assert.Throws<ArgumentException>(() => MnistDataset.FromMemory(new byte[11], [1, 2], 2, 3))
            .Message, StringComparison.Ordinal);
        Assert.Contains("found label 10 at index 1", Assert.Throws<ArgumentException>(() => MnistDataset.FromMemory(new byte[12], [1, 10], 2, 3)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MnistDataset.FromMemory([], [], 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => MnistDataset.FromMemory(new byte[12], [1, 2], 0, 3));
        Assert.Throws<ArgumentException>(() => MnistDataset.FromMemory(new byte[12], [1, 2], 2, 3, []));
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        MnistDataset data = MnistDataset.FromMemory(new byte[12], [1, 2], 2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetImage(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetLabel(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(1, 1));
        Assert.Throws<InvalidOperationException>(() => data.Take(1).Split(.5, 1));
    }

    private static string Write(TemporaryFolder folder, string name, byte[] content)
    {
        File.WriteAllBytes(folder[name], content);
        return folder[name];
    }
}
