using MnistCnn.Batches;
using MnistCnn.Tests.Data;
using MnistCnn.Training;

namespace MnistCnn.Tests.Training;

public sealed class RobustnessTests
{
    private static readonly SyntheticDigits Test = new(60, split: MnistSplit.Test);

    [Fact]
    public void Each_corruption_is_measured_once_and_counts_the_same()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Trainer trainer = new(TrainingData.Options);
        trainer.Fit(model, new SyntheticDigits(600));
        RobustnessResult all = Robustness.Evaluate(model, Test, allSeverities: true, trainer), published = Robustness.Evaluate(model, Test, trainer: trainer);
        Assert.Equal(15, published.Corrupted.Select(row => row.Corruption).Distinct().Count());
        Assert.Equal(15, published.Corrupted.Count);
        Assert.Equal(11 * 5 + 4, all.Corrupted.Count);
        Assert.All(published.Corrupted, row =>
        {
            double expected = trainer.Evaluate(model, new CorruptedDataset(Test, row.Corruption, row.Severity)).Accuracy;
            Assert.Equal(expected, row.Result.Accuracy);
            Assert.Equal(expected, all.Corrupted.Single(other => (other.Corruption, other.Severity) == (row.Corruption, row.Severity)).Result.Accuracy);
        });
        double[] means = [.. all.Corrupted.GroupBy(row => row.Corruption).Select(group => group.Average(row => row.Result.Accuracy))];
        Assert.Equal(means.Average(), all.MeanAccuracy, 1e-12);
        Assert.Equal(1 - all.MeanAccuracy, all.MeanCorruptionError, 1e-12);
        Assert.Equal(published.Corrupted.Average(row => row.Result.Accuracy), (11 * published.SeenAccuracy + 4 * published.UnseenAccuracy) / 15, 1e-12);
        Assert.Equal(trainer.Evaluate(model, Test).Accuracy, published.Clean.Accuracy);
    }

    /// <summary>The files hold the same images under every name, so that only the names can go wrong.</summary>
    [Fact]
    public void Published_files_are_read_where_they_are_at_hand()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["mnist_c.zip"], SmallSets.MnistC());
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        RobustnessResult result = Robustness.EvaluatePublished(model, folder.Root);
        double expected = new Trainer().Evaluate(model, SmallSets.Source(MnistSplit.Test)).Accuracy;
        Assert.All(result.Corrupted.Select(row => row.Result).Append(result.Clean), found =>
            Assert.Equal((expected, SmallSets.TestCount), (found.Accuracy, found.Count)));
        Assert.Equal(15, result.Corrupted.Count);
    }
}
