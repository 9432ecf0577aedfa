using CsCheck;
using MnistCnn.Batches;
using MnistCnn.Tests.Training;

namespace MnistCnn.Tests.Batches;

public sealed class BalancedOrderTests
{
    /// <summary>90 images of class 0, nine of class 1 and one of class 4.</summary>
    private static readonly MnistDataset Rare = MnistDataset.FromMemory(new byte[100],
        [.. Enumerable.Range(0, 100).Select(i => (byte)(i < 90 ? 0 : i < 99 ? 1 : 4))], 1, 1);

    [Fact]
    public void Every_class_comes_as_often_and_its_images_as_evenly_as_can_be() =>
        Gen.Select(Gen.Byte[0, 9].Array[1, 200], Gen.Int[1, 50], Gen.Int[0, 99]).Sample((labels, epoch, seed) =>
        {
            int[] order = new BalancedOrder(MnistDataset.FromMemory(new byte[labels.Length], labels, 1, 1)).Of(seed, epoch);
            Assert.Equal(labels.Length, order.Length);
            int[] ofClasses = [.. labels.Distinct().Select(label => order.Count(i => labels[i] == label))];
            Assert.InRange(ofClasses.Max() - ofClasses.Min(), 0, 1);
            Assert.All(labels.Distinct(), label =>
            {
                int[] times = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label).Select(i => order.Count(o => o == i))];
                Assert.InRange(times.Max() - times.Min(), 0, 1);
            });
        });

    [Fact]
    public void The_order_is_mixed_and_depends_on_seed_and_epoch_alone()
    {
        int[] Labels(int seed, int epoch) => [.. new BatchLoader(Rare, new BatchLoaderOptions { Balanced = true, Seed = seed, BatchSize = 30 }).Epoch(epoch)
            .SelectMany(batch => batch.Labels.data<long>().Select(l => (int)l))];
        Assert.Equal(Labels(1, 2), Labels(1, 2));
        Assert.NotEqual(Labels(1, 2), Labels(1, 3));
        Assert.NotEqual(Labels(1, 2), Labels(2, 2));
        Assert.Equal([34, 33, 33], Labels(1, 2).GroupBy(l => l).OrderBy(g => g.Key).Select(g => g.Count()));
        Assert.Equal(3, Labels(1, 2)[..30].Distinct().Count());
    }

    [Fact]
    public void Without_shuffling_it_is_refused() => Assert.StartsWith(
        "Balanced: expected Shuffle", Assert.Throws<ArgumentException>(() =>
            new BatchLoader(Rare, new BatchLoaderOptions { Balanced = true, Shuffle = false })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_run_draws_balanced_batches_on_the_engine()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        List<byte> drawn = [];
        SyntheticDigits digits = new(200, seed: 1);
        int[] rare = [.. Enumerable.Range(0, 200).Where(i => digits.GetLabel(i) != 7 || i < 40)];
        Recording data = new(digits, rare, drawn);
        new Trainer(TrainingData.Options with { Epochs = 1, BalancedSampling = true })
            .Fit(model, data, cancellationToken: TestContext.Current.CancellationToken);
        Dictionary<byte, int> counts = drawn.TakeLast(rare.Length).GroupBy(label => label).ToDictionary(g => g.Key, g => g.Count());
        Assert.InRange(counts.Values.Max() - counts.Values.Min(), 0, 1);
    }

    /// <summary>Writes down each label that is read; the last ones are those of the batches.</summary>
    private sealed class Recording(IMnistDataset inner, int[] indices, List<byte> drawn) : IMnistDataset
    {
        public int Count => indices.Length;

        public int Height => inner.Height;

        public int Width => inner.Width;

        public IReadOnlyList<string> ClassNames => inner.ClassNames;

        public ReadOnlySpan<byte> GetImage(int index) => inner.GetImage(indices[index]);

        public byte GetLabel(int index)
        {
            byte label = inner.GetLabel(indices[index]);
            lock (drawn)
            {
                drawn.Add(label);
            }

            return label;
        }
    }
}
