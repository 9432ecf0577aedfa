using MnistCnn.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed class EvaluateTests
{
    [Fact]
    public void It_finds_what_a_pass_written_out_finds()
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        EvaluationResult result = new Trainer(new TrainerOptions { EvaluationBatchSize = 7, Device = CPU }).Evaluate(model, TrainingData.Validation);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        float[] pixels = [.. Enumerable.Range(0, 40).SelectMany(i => TrainingData.Validation.GetImage(i).ToArray()).Select(b => b / 255f)];
        Tensor labels = tensor(Enumerable.Range(0, 40).Select(i => (long)TrainingData.Validation.GetLabel(i)).ToArray());
        Tensor logits = model.forward(tensor(pixels).view(40, 1, 28, 28));
        Assert.Equal(nn.functional.cross_entropy(logits, labels).ToDouble(), result.Loss, 1e-5);
        Assert.Equal(logits.argmax(1).eq(labels).sum().ToInt64() / 40.0, result.Accuracy);
        Assert.Equal(40, result.Count);
        Assert.Equal(result.Accuracy, result.Confusion!.Accuracy);
        long[] predicted = logits.argmax(1).data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, 40).Where(i => predicted[i] != TrainingData.Validation.GetLabel(i)), result.Misclassified.Select(m => m.Index));
        Misclassification first = result.Misclassified[0];
        Assert.Equal(nn.functional.softmax(logits, 1)[first.Index, first.Predicted].ToDouble(), first.Probability, 1e-5);
        Assert.Equal((TrainingData.Validation.GetLabel(first.Index), predicted[first.Index]), ((byte)first.Label, first.Predicted));
    }

    [Fact]
    public void Metrics_of_the_options_are_computed_by_name_and_disposed()
    {
        AccuracyMetric? made = null;
        using TinyModel model = new();
        TrainerOptions options = TrainingData.Options with { Metrics = () => [made = new AccuracyMetric(3), new ShareOfOnes()] };
        EvaluationResult result = new Trainer(options).Evaluate(model, TrainingData.Validation);
        Assert.InRange(result.Metrics["top3_accuracy"], result.Accuracy, 1);
        Assert.Equal(0.1, result.Metrics["share_of_ones"], 1e-6);
        Assert.Throws<InvalidOperationException>(() => made!.Compute());
    }

    /// <summary>The kernels take several at once.</summary>
    [Theory]
    [InlineData(1, null, 40)]
    [InlineData(1, 37, 37)]
    [InlineData(7, null, 6)]
    public void Metrics_see_the_batches_of_the_options(int batchSize, int? limit, int expected)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        BatchRecorder recorder = new();
        TrainerOptions options = TrainingData.Options with { EvaluationBatchSize = batchSize, LimitValidationBatches = limit, Metrics = () => [recorder] };
        EvaluationResult result = new Trainer(options).Evaluate(model, TrainingData.Validation);
        Assert.Equal(expected, recorder.Batches.Count);
        Assert.Equal(Enumerable.Range(0, result.Count).Select(i => (long)TrainingData.Validation.GetLabel(i)),
            recorder.Batches.SelectMany(batch => batch.Labels));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        model.eval();
        float[] pixels = [.. Enumerable.Range(0, result.Count).SelectMany(i => TrainingData.Validation.GetImage(i).ToArray()).Select(b => b / 255f)];
        float[] logits = model.forward(tensor(pixels).view(result.Count, 1, 28, 28)).data<float>().ToArray();
        Assert.All(logits.Zip(recorder.Batches.SelectMany(batch => batch.Outputs)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(recorder.Batches.SkipLast(1), batch => Assert.Equal(batchSize, batch.Labels.Length));
    }

    [Fact]
    public void The_mode_of_the_model_is_left_as_it_was_and_nothing_leaks()
    {
        using TinyModel tiny = new(dropout: 0.5);
        using CnnClassifier overKernels = new();
        foreach ((nn.Module<Tensor, Tensor> model, bool training) in new (nn.Module<Tensor, Tensor>, bool)[] { (tiny, true), (tiny, false),
            (overKernels, true), (overKernels, false) })
        {
            model.train(training);
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            new Trainer(TrainingData.Options).Evaluate(model, TrainingData.Validation);
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            Assert.Equal(training, model.training);
        }
    }

    [Fact]
    public void Cancellation_throws_and_leaves_the_mode()
    {
        using TinyModel model = new();
        model.train();
        using CancellationTokenSource source = new();
        int batches = 0;
        model.OnForward = logits =>
        {
            if (++batches == 2)
            {
                source.Cancel();
            }

            return logits;
        };
        Assert.Throws<OperationCanceledException>(() => new Trainer(TrainingData.Options with { EvaluationBatchSize = 5 })
            .Evaluate(model, TrainingData.Validation, source.Token));
        Assert.Equal(2, batches);
        Assert.True(model.training);
    }

    [Fact]
    public void Outputs_that_are_not_numbers_throw()
    {
        using TinyModel model = new() { OnForward = logits => logits * double.NaN };
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() =>
            new Trainer(TrainingData.Options).Evaluate(model, TrainingData.Validation));
        Assert.Contains("NaN", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_take_the_images_is_refused()
    {
        using TinyModel tiny = new();
        SyntheticDigits small = new(20, height: 20, width: 20);
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Trainer(TrainingData.Options).Fit(tiny, small));
        Assert.StartsWith("Model: expected one that takes images [2, 1, 20, 20]", thrown.Message, StringComparison.Ordinal);
        using CnnClassifier network = new();
        thrown = Assert.Throws<ArgumentException>(() => new Trainer(TrainingData.Options).Evaluate(network, small));
        Assert.Contains("expected [N ≥ 1, 1, 28, 28], found [2, 1, 20, 20]", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_outside_of_the_models_classes_is_found_before_libtorch_sees_it()
    {
        using TinyModel model = new(classes: 5);
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Trainer(TrainingData.Options).Fit(model, TrainingData.Train));
        Assert.StartsWith("Label of image 5: expected 0 to 4, as the model has 5 classes, found 5.", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_another_shape_is_refused()
    {
        using TinyModel model = new() { OnForward = logits => logits.unsqueeze(0) };
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Trainer(TrainingData.Options).Fit(model, TrainingData.Train));
        Assert.Contains("found [1, 2, 10]", thrown.Message, StringComparison.Ordinal);
    }

    private sealed class ShareOfOnes : IMetric
    {
        private long ones;
        private long count;

        public string Name => "share_of_ones";

        public void Update(Tensor output, Tensor labels) => (ones, count) = (ones + labels.eq(1).sum().ToInt64(), count + labels.shape[0]);

        public double Compute() => (double)ones / count;

        public void Reset() => (ones, count) = (0, 0);
    }

    private sealed class BatchRecorder : IMetric
    {
        public List<(float[] Outputs, long[] Labels)> Batches { get; } = [];

        public string Name => "batches";

        public void Update(Tensor output, Tensor labels) => Batches.Add((output.data<float>().ToArray(), labels.data<long>().ToArray()));

        public double Compute() => Batches.Count;

        public void Reset() => Batches.Clear();
    }
}
