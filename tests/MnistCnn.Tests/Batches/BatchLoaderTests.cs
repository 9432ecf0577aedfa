using CsCheck;
using MnistCnn.Batches;
using TorchSharp;

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
        BatchLoader loader = new(Numbered, new BatchLoaderOptions { BatchSize = 64, Seed = 3 });
        List<int[]> batches = [.. loader.Epoch(1).Select(Read)];

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
        Assert.Equal(Enumerable.Range(0, 192), new BatchLoader(Numbered, new BatchLoaderOptions { BatchSize = 64, Shuffle = false, DropLast = true }).Epoch(9)
            .SelectMany(Read));

    [Fact]
    public void An_epoch_can_begin_at_any_step()
    {
        BatchLoader loader = new(Numbered, new BatchLoaderOptions { BatchSize = 64 });
        Assert.Equal(loader.Epoch(2).Select(Read).Skip(2), loader.Epoch(2, 3).Select(Read));
        Assert.Empty(loader.Epoch(2, 5));
    }

    [Fact]
    public void Every_byte_becomes_its_quotient_by_255_to_the_last_bit()
    {
        byte[] pixels = [.. Enumerable.Range(0, 256).Select(i => (byte)i), 254];
        float[] values = new float[pixels.Length];
        PixelScaling.ToUnit(pixels, values);
        Assert.Equal(pixels.Select(pixel => pixel / 255f), values);
    }

    [Fact]
    public void Pixels_are_divided_by_255_and_keep_their_places()
    {
        using MnistBatch batch = new BatchLoader(Numbered, new BatchLoaderOptions { Shuffle = false }).Epoch(1).First();
        Assert.Equal([128, 1, 2, 3], batch.Images.shape);
        Assert.Equal([128], batch.Labels.shape);
        Assert.Equal([7 / 255f, 0, 1 / 255f, 2 / 255f, 3 / 255f, 1], batch.Images[7].data<float>().ToArray());
    }

    [Fact]
    public void The_batches_of_any_epoch_partition_the_data_set() =>
        Gen.Select(Gen.Int[1, 250], Gen.Int[1, 300], Gen.Bool, Gen.Int, Gen.Int[1, 100]).Sample((count, batchSize, dropLast, seed, epoch) =>
        {
            if (dropLast && count < batchSize)
            {
                return;
            }

            BatchLoader loader = new(Numbered.Take(count), new BatchLoaderOptions { BatchSize = batchSize, DropLast = dropLast, Seed = seed });
            List<int[]> batches = [.. loader.Epoch(epoch).Select(Read)];
            List<int> seen = [.. batches.SelectMany(batch => batch)];
            Assert.Equal(loader.StepsPerEpoch, batches.Count);
            Assert.Equal(dropLast ? count - count % batchSize : count, seen.Count);
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.All(seen, id => Assert.InRange(id, 0, count - 1));
        });

    [Fact]
    public void The_order_of_a_seed_and_epoch_is_the_same_on_every_machine_for_ever() =>
        Assert.Equal([51, 107, 203, 4, 210, 27, 47, 87], Order(1, 1)[..8]);

    [Fact]
    public void A_batch_that_is_kept_never_changes_and_a_break_leaves_no_tensor_behind()
    {
        foreach (IImageTransform[] transforms in (IImageTransform[][])[[], [new RandomShift()]])
        {
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            using (torch.NewDisposeScope())
            {
                BatchLoader loader = new(Numbered, new BatchLoaderOptions { BatchSize = 16, Transforms = transforms });
                MnistBatch kept = loader.Epoch(1).First();
                float[] pixels = kept.Images.data<float>().ToArray();
                foreach (MnistBatch batch in loader.Epoch(2))
                {
                    batch.Dispose();
                }

                Assert.Equal(pixels, kept.Images.data<float>().ToArray());
                kept.Dispose();
            }

            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    [Fact]
    public void Bad_data_sets_and_arguments_are_refused_before_libtorch_sees_them()
    {
        BatchLoader loader = new(Numbered, new BatchLoaderOptions { BatchSize = 100 });
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoaderOptions { BatchSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoaderOptions { Threads = -1 });
        Assert.Contains("Expected at least 251 images, found 250", Assert.Throws<ArgumentException>(() =>
            new BatchLoader(Numbered, new BatchLoaderOptions { BatchSize = 251, DropLast = true })).Message, StringComparison.Ordinal);
        Assert.Contains("label 1 is 10, expected 0 to 9", Assert.Throws<InvalidOperationException>(() => new BatchLoader(new Broken(6, 10)).Epoch(1).First())
            .Message, StringComparison.Ordinal);
        Assert.Contains("has 5 bytes, expected 2 × 3", Assert.Throws<InvalidOperationException>(() => new BatchLoader(new Broken(5, 9)).Epoch(1).First())
            .Message, StringComparison.Ordinal);
    }

    private static int[] Order(int seed, int epoch) => [.. new BatchLoader(Numbered, new BatchLoaderOptions { Seed = seed }).Epoch(epoch).SelectMany(Read)];

    private static int[] Read(MnistBatch batch)
    {
        using (batch)
        {
            float[] pixels = batch.Images.data<float>().ToArray();
            long[] labels = batch.Labels.data<long>().ToArray();
            int[] ids = [.. Enumerable.Range(0, labels.Length).Select(i => (int)MathF.Round(pixels[6 * i] * 255))];
            Assert.Equal(ids.Select(id => (long)id % 10), labels);
            return ids;
        }
    }

    private sealed class Broken(int bytes, byte label) : IMnistDataset
    {
        public int Count => 2;

        public int Height => 2;

        public int Width => 3;

        public IReadOnlyList<string> ClassNames => Numbered.ClassNames;

        public ReadOnlySpan<byte> GetImage(int index) => new byte[bytes];

        public byte GetLabel(int index) => index == 1 ? label : (byte)0;
    }
}
