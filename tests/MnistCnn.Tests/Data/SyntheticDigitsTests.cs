using MnistCnn.Batches;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistCnn.Tests.Data;

[Collection(nameof(AloneInTheProcess))]
public sealed class SyntheticDigitsTests
{
    [Fact]
    public void Equal_seeds_give_equal_digits_and_the_first_do_not_depend_on_the_count()
    {
        SyntheticDigits few = new(300, seed: 5);
        SyntheticDigits many = new(600, seed: 5);

        for (int i = 0; i < few.Count; i++)
        {
            Assert.True(few.GetImage(i).SequenceEqual(many.GetImage(i)));
        }
    }

    [Fact]
    public void Seeds_and_splits_give_different_digits()
    {
        SyntheticDigits[] digits = [new SyntheticDigits(100), new SyntheticDigits(100, seed: 1), new SyntheticDigits(100, split: MnistSplit.Test)];
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(3, digits.Select(set => Convert.ToHexString(set.GetImage(i))).Distinct().Count());
        }
    }

    [Fact]
    public void Other_sizes_are_drawn_whole()
    {
        SyntheticDigits wide = new(10, height: 16, width: 40);
        Assert.Equal(16 * 40, wide.GetImage(9).Length);
        Assert.All(Enumerable.Range(0, 10), i => Assert.Contains(wide.GetImage(i).ToArray(), pixel => pixel > 120));
    }

    [Fact]
    public void A_small_network_learns_them_to_97_percent_on_digits_it_has_not_seen()
    {
        using Sequential model = Sequential(
            ("conv1", Conv2d(1, 8, 3, stride: 2)), ("relu1", ReLU()), ("conv2", Conv2d(8, 16, 3, stride: 2)), ("relu2", ReLU()),
            ("flat", Flatten()), ("fc", Linear(576, 10))).Seeded(1);
        using Adam optimizer = optim.Adam(model.parameters(), 0.002);
        BatchLoader loader = new(new SyntheticDigits(6_000), new BatchLoaderOptions { BatchSize = 64 });
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            foreach (MnistBatch batch in loader.Epoch(epoch))
            {
                using DisposeScope scope = NewDisposeScope();
                using (batch)
                {
                    optimizer.zero_grad();
                    functional.cross_entropy(model.forward(batch.Images), batch.Labels).backward();
                    optimizer.step();
                }
            }
        }

        long correct = 0L;
        foreach (MnistBatch batch in new BatchLoader(new SyntheticDigits(2_000, split: MnistSplit.Test), new BatchLoaderOptions { Shuffle = false }).Epoch(1))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                correct += model.forward(batch.Images).argmax(1).eq(batch.Labels).sum().ToInt64();
            }
        }

        Assert.InRange(correct / 2_000.0, 0.97, 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"accuracy {correct / 2_000.0}");
    }
}
