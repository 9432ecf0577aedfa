using MnistCnn.Batches;
using MnistCnn.Data;

namespace MnistCnn.Tests.Batches;

public sealed class BatchLoaderTests
{
    private static readonly MnistDataset Numbered = MnistDataset.FromMemory(
        [.. Enumerable.Range(0, 250).SelectMany(i => new[] { (byte)i, (byte)0, (byte)1, (byte)2, (byte)3, (byte)255 })],
        [.. Enumerable.Range(0, 250).Select(i => (byte)(i % 10))],
        2,
        3);

    [Fact]
    public void An_epoch_visits_every_image_once_and_ends_with_a_short_batch()
    {
        var loader = new BatchLoader(Numbered, new BatchLoaderOptions { BatchSize = 64, Seed = 3 });
        var batches = loader.Epoch(1).Select(Read).ToList();

        Assert.Equal(4, loader.StepsPerEpoch);
        Assert.Equal([64, 64, 64, 58], batches.Select(batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 250), batches.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void The_order_depends_on_seed_and_epoch_alone()
    {
        Assert.Equal(Order(1, 1), Order(1, 1));
        Assert.NotEqual(Order(1, 1), Order(1, 2));
        Assert.NotEqual(Order(1, 1), Order(2, 1));
    }

    [Fact]
    public void Without_shuffling_the_order_is_that_of_the_data_set() =>
        Assert.Equal(Enumerable.Range(0, 192), new BatchLoader(Numbered, new BatchLoaderOptions { BatchSize = 64, Shuffle = false, DropLast = true }).Epoch(9).SelectMany(Read));

    [Fact]
    public void An_epoch_can_begin_at_any_step()
    {
        var loader = new BatchLoader(Numbered, new BatchLoaderOptions { BatchSize = 64 });
        Assert.Equal(loader.Epoch(2).Select(Read).Skip(2), loader.Epoch(2, 3).Select(Read));
        Assert.Empty(loader.Epoch(2, 5));
    }

    [Fact]
    public void Pixels_are_divided_by_255_and_keep_their_places()
    {
        using var batch = new BatchLoader(Numbered, new BatchLoaderOptions { Shuffle = false }).Epoch(1).First();
        Assert.Equal([128, 1, 2, 3], batch.Images.shape);
        Assert.Equal([128], batch.Labels.shape);
        Assert.Equal([7 / 255f, 0, 1 / 255f, 2 / 255f, 3 / 255f, 1], batch.Images[7].data<float>().ToArray());
    }

    private static int[] Order(int seed, int epoch) => [.. new BatchLoader(Numbered, new BatchLoaderOptions { Seed = seed }).Epoch(epoch).SelectMany(Read)];

    private static int[] Read(MnistBatch batch)
    {
        using (batch)
        {
            var pixels = batch.Images.data<float>().ToArray();
            var labels = batch.Labels.data<long>().ToArray();
            var ids = Enumerable.Range(0, labels.Length).Select(i => (int)MathF.Round(pixels[6 * i] * 255)).ToArray();
            Assert.Equal(ids.Select(id => (long)id % 10), labels);
            return ids;
        }
    }
}
