using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed class PredictTests
{
    private static readonly Trainer Trainer = new(TrainingData.Options with { EvaluationBatchSize = 16, LimitValidationBatches = 1 });

    [Fact]
    public void Probabilities_are_the_softmax_of_the_logits_of_each_image()
    {
        using TinyModel model = new();
        ClassPredictions predictions = Trainer.Predict(model, TrainingData.Validation);
        Assert.Equal((40, 10, 400), (predictions.Classes.Count, predictions.ClassCount, predictions.Probabilities.Length));
        for (int i = 0; i < 40; i++)
        {
            double[] logits = [.. model.forward(Image(i)).data<float>().Select(x => (double)x)];
            double sum = logits.Sum(Math.Exp);
            Assert.Equal(logits.Select(x => Math.Exp(x) / sum), predictions.ProbabilitiesOf(i).ToArray().Select(p => (double)p),
                (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), predictions.Classes[i]);
        }

        Assert.True(model.training);
    }

    [Theory]
    [InlineData(ClassifierOutput.Logits)]
    [InlineData(ClassifierOutput.Softmax)]
    public void They_agree_with_the_predictor_whatever_the_model_returns(ClassifierOutput output)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, Output = output });
        float[] expected = new float[400];
        model.ToPredictor().Predict(Enumerable.Range(0, 40).SelectMany(i => TrainingData.Validation.GetImage(i).ToArray()).ToArray(), expected);
        ClassPredictions predictions = Trainer.Predict(model, TrainingData.Validation);
        Assert.Equal(expected, predictions.Probabilities.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(Trainer.Predict(model, new MoreLabels()).Classes, predictions.Classes);
    }

    [Fact]
    public void Wrong_uses_are_refused()
    {
        using TinyModel model = new();
        Assert.Contains("[2, 1, 20, 20]", Assert.Throws<ArgumentException>(() => Trainer.Predict(model, MnistDataset.FromMemory(new byte[400], [1], 20, 20)))
            .Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => Trainer.Predict(model, TrainingData.Validation, new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentNullException>(() => Trainer.Predict(model, null!));
        ClassPredictions predictions = Trainer.Predict(model, TrainingData.Validation);
        Assert.Contains("expected 0 to 39, found 40", Assert.Throws<ArgumentOutOfRangeException>(() => _ = predictions.ProbabilitiesOf(40).Length).Message,
            StringComparison.Ordinal);
        model.OnForward = logits => logits * double.NaN;
        Assert.Contains("after image 0", Assert.Throws<InvalidOperationException>(() => Trainer.Predict(model, TrainingData.Validation)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using TinyModel model = new();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Trainer.Predict(model, TrainingData.Validation);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Tensor Image(int index) => tensor(TrainingData.Validation.GetImage(index).ToArray().Select(p => p / 255f).ToArray(), [1, 1, 28, 28]);

    /// <summary>The validation images with labels that the model does not have.</summary>
    private sealed class MoreLabels : IMnistDataset
    {
        public int Count => 40;

        public int Height => 28;

        public int Width => 28;

        public IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];

        public ReadOnlySpan<byte> GetImage(int index) => TrainingData.Validation.GetImage(index);

        public byte GetLabel(int index) => 99;
    }
}
