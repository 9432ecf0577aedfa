using MnistCnn.Tests.Training.Steps;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>From images to predictions with data sets at the ends of what is allowed.</summary>
public sealed class UnusualDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 28, 28, 10)]
    [InlineData(2, 28, 28, 2)]
    [InlineData(129, 28, 28, 256)]
    [InlineData(40, 15, 15, 10)]
    [InlineData(40, 64, 64, 10)]
    [InlineData(40, 15, 64, 3)]
    [InlineData(40, 33, 17, 26)]
    public void A_model_trains_validates_saves_and_predicts(int count, int height, int width, int classes)
    {
        RandomPictures data = new(count, height, width, classes, seed: 1);
        using CnnClassifier model = new(new CnnClassifierOptions { Height = height, Width = width, ClassCount = classes, Seed = 1 });
        TrainerOptions options = new() { Epochs = 60, BatchSize = 20, MaxSteps = 120, LearningRate = 0.002, Device = CPU, Threads = 2 };
        FitResult fit = new Trainer(options).Fit(model, data, data, Token);
        // Pictures of noise are learnt by heart.
        Assert.InRange(fit.History.Steps[^1].Loss, 0, 0.9 * fit.History.Steps[0].Loss);
        Assert.Equal(count, fit.LastValidation!.Result.Count);

        model.Save(folder["model"]);
        CnnPredictor predictor = CnnPredictor.Load(folder["model"]);
        Assert.Equal((height, width, classes), (predictor.Height, predictor.Width, predictor.ClassNames.Count));
        ClassPredictions expected = new Trainer(options).Predict(model, data, Token);
        for (int i = 0; i < count; i++)
        {
            Prediction prediction = predictor.Predict(data.GetImage(i));
            Assert.Equal(expected.Classes[i], prediction.ClassIndex);
            Assert.InRange(prediction.Probability, 1f / classes, 1.00001f);
        }
    }

    [Fact]
    public void Labels_of_one_class_only_are_learnt_and_predicted()
    {
        MnistDataset data = MnistDataset.FromMemory(new byte[30 * 784], new byte[30], 28, 28);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, ClassCount = data.ClassNames.Count });
        EvaluationResult result = new Trainer(new TrainerOptions { Epochs = 5, LearningRate = 0.002, BatchSize = 10, Device = CPU })
            .Fit(model, data, data, Token).LastValidation!.Result;
        Assert.Equal(1, result.Accuracy);
        Assert.Equal(30, result.Confusion![0, 0]);
    }

    [Theory]
    [InlineData(14, 28)]
    [InlineData(28, 14)]
    public void A_side_that_is_too_small_is_named(int height, int width) =>
        Assert.Contains(
            "expected 15 or more, found 14",
            Assert.Throws<ArgumentOutOfRangeException>(() => new CnnClassifierOptions { Height = height, Width = width }).Message,
            StringComparison.Ordinal);

    public void Dispose() => folder.Dispose();
}
