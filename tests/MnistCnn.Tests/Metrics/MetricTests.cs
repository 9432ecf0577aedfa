using CsCheck;
using MnistCnn.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Metrics;

/// <summary>Metrics agree with counts written out, however the images are cut into batches.</summary>
public sealed class MetricTests
{
    private static readonly Gen<(float[] Logits, long[] Labels, int Batch)> Batches =
        from count in Gen.Int[1, 40]
        from levels in Gen.Int[-9, 9].Array[count * 4]
        from labels in Gen.Long[0, 3].Array[count]
        from batch in Gen.Int[1, count]
        select (levels.Select((level, i) => (level + i % 4 / 4f) / 3).ToArray(), labels, batch); // no two equal in a row

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]
    public void Accuracy_is_the_share_of_labels_among_the_k_largest(int topK) => Batches.Sample(given =>
    {
        using AccuracyMetric metric = new(topK);
        Feed(metric, given);
        double expected = given.Labels.Select((label, i) => Row(given.Logits, i).OrderDescending().Take(topK).Contains(given.Logits[i * 4 + label]))
            .Average(hit => hit ? 1.0 : 0);
        Assert.Equal(expected, metric.Compute(), 1e-12);
    });

    [Fact]
    public void The_confusion_matrix_counts_each_pair_and_its_scores_follow_from_it() => Batches.Sample(given =>
    {
        using ConfusionMatrix metric = new(4);
        Feed(metric, given);
        ConfusionTable table = metric.Read();
        double sumOfF1 = 0;
        int[] predicted = [.. given.Labels.Select((_, i) => Array.IndexOf(Row(given.Logits, i), Row(given.Logits, i).Max()))];
        for (int label = 0; label < 4; label++)
        {
            for (int taken = 0; taken < 4; taken++)
            {
                Assert.Equal(given.Labels.Where((l, i) => l == label && predicted[i] == taken).Count(), table[label, taken]);
            }

            double hits = given.Labels.Where((l, i) => l == label && predicted[i] == label).Count();
            Assert.Equal(hits / predicted.Count(p => p == label), table.Precision(label), 1e-12);
            Assert.Equal(hits / given.Labels.Count(l => l == label), table.Recall(label), 1e-12);
            double f1 = 2 * hits / (predicted.Count(p => p == label) + given.Labels.Count(l => l == label));
            Assert.Equal(f1, table.F1(label), 1e-12);
            sumOfF1 += f1;
        }

        Assert.Equal(given.Labels.Length, table.Total);
        Assert.Equal(sumOfF1 / 4, table.MacroF1, 1e-12);
        Assert.Equal(sumOfF1 / 4, metric.Compute(), 1e-12);
        Assert.Equal(given.Labels.Where((label, i) => label == predicted[i]).Count() / (double)given.Labels.Length, table.Accuracy, 1e-12);
    });

    [Fact]
    public void Mean_loss_counts_each_image_the_same_whatever_the_batches() => Batches.Sample(given =>
    {
        using CrossEntropyMetric metric = new();
        Feed(metric, given);
        double expected = given.Labels.Select((label, i) => Math.Log(Row(given.Logits, i).Sum(x => Math.Exp(x))) - given.Logits[i * 4 + label]).Average();
        Assert.Equal(expected, metric.Compute(), 1e-5);
    });

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void The_loss_is_libtorchs_of_huge_and_infinite_outputs_too(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        const float inf = float.PositiveInfinity;
        float[][] rows = [[1, 2, 3], [-100, 300, 1e4f], [1e30f, -1e30f, 0], [3, 3, 3], [60, 52, 44], [-inf, 1, 2], [1, -inf, -inf]];
        long[] labels = [0, 0, 0, 1, 0, 2, 0];
        foreach ((float[] row, long label) in rows.Zip(labels))
        {
            Tensor output = tensor(row).view(1, 3).to_type(type), truth = tensor([label]);
            using CrossEntropyMetric metric = new();
            metric.Update(output, truth);
            double expected = nn.functional.cross_entropy(output.to_type(ScalarType.Float64), truth).item<double>();
            Assert.Equal(expected, metric.Compute(), 1e-7 + 1e-6 * Math.Abs(expected));
        }

        foreach (float[] row in new[] { [inf, 1, 2], [1, float.NaN, 2], new[] { -inf, -inf, -inf } })
        {
            using CrossEntropyMetric metric = new();
            metric.Update(tensor(row).view(1, 3).to_type(type), tensor([1L]));
            Assert.Throws<InvalidOperationException>(() => metric.Compute());
        }
    }

    public static TheoryData<string> Names => ["accuracy", "loss", "macro_f1"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Computing_before_anything_was_added_or_after_a_reset_throws(string name)
    {
        IMetric metric = Create(name);
        Assert.Contains($"{name}: expected at least one batch before Compute, found none",
            Assert.Throws<InvalidOperationException>(() => metric.Compute()).Message, StringComparison.Ordinal);
        Feed(metric, ([1, 2, 3, 4], [3], 1));
        metric.Compute();
        metric.Reset();
        Assert.Throws<InvalidOperationException>(() => metric.Compute());
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("loss")]
    public void Outputs_that_are_not_numbers_throw(string name)
    {
        IMetric metric = Create(name);
        Feed(metric, ([float.NaN, 2, 3, 4], [3], 1));
        Assert.Contains("NaN", Assert.Throws<InvalidOperationException>(() => metric.Compute()).Message, StringComparison.Ordinal);
        metric.Reset();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tensors_of_another_shape_or_type_are_refused(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        IMetric metric = Create(name);
        Assert.StartsWith("Outputs: expected floating-point [N, classes], found Float32 [4]",
            Assert.Throws<ArgumentException>(() => metric.Update(zeros(4), zeros(4, ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Outputs: expected floating-point [N, classes], found Int64 [2, 4]", Assert.Throws<ArgumentException>(() =>
            metric.Update(zeros([2, 4], ScalarType.Int64), zeros(2, ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Labels: expected Int64 [2], found Int64 [3]", Assert.Throws<ArgumentException>(() =>
            metric.Update(zeros(2, 4), zeros(3, ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Labels: expected Int64 [2], found Float32 [2]", Assert.Throws<ArgumentException>(() => metric.Update(zeros(2, 4), zeros(2)))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_hold_no_tensor_once_they_are_disposed()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (string name in new[] { "accuracy", "loss", "macro_f1" })
        {
            IMetric metric = Create(name);
            Feed(metric, ([1, 2, 3, 4, 5, 6, 7, 8], [3, 1], 1));
            ((IDisposable)metric).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Outputs_of_another_number_of_classes_are_refused_by_the_confusion_matrix()
    {
        using DisposeScope scope = NewDisposeScope();
        using ConfusionMatrix metric = new(3);
        Assert.StartsWith("Outputs: expected 3 classes, found 4.", Assert.Throws<ArgumentException>(() =>
            metric.Update(zeros(2, 4), zeros(2, ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Equal("label", Assert.Throws<ArgumentOutOfRangeException>(() => Counted()[3, 0]).ParamName);
    }

    private static ConfusionTable Counted()
    {
        using ConfusionMatrix metric = new(3);
        using Tensor output = zeros(2, 3);
        using Tensor labels = zeros(2, ScalarType.Int64);
        metric.Update(output, labels);
        return metric.Read();
    }

    private static IMetric Create(string name) => name switch
    {
        "accuracy" => new AccuracyMetric(),
        "loss" => new CrossEntropyMetric(),
        _ => new ConfusionMatrix(4),
    };

    private static float[] Row(float[] logits, int i) => logits[(i * 4)..((i + 1) * 4)];

    private static void Feed(IMetric metric, (float[] Logits, long[] Labels, int Batch) given)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int i = 0; i < given.Labels.Length; i += given.Batch)
        {
            int end = Math.Min(i + given.Batch, given.Labels.Length);
            metric.Update(tensor(given.Logits[(i * 4)..(end * 4)]).view(end - i, 4), tensor(given.Labels[i..end]));
        }
    }
}
