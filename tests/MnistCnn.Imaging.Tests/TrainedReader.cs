using MnistCnn.Imaging.Tests;
using MnistCnn.Tests;

[assembly: AssemblyFixture(typeof(TrainedReader))]

namespace MnistCnn.Imaging.Tests;

/// <summary>A predictor trained once for all tests on the real MNIST.</summary>
public sealed class TrainedReader
{
    private readonly Lazy<CnnPredictor> predictor = new(() =>
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        new Trainer(TrainingRecipe.Fast with { Seed = 1, Epochs = 3 }).Fit(model, MnistDataset.Load(RealMnist.Directory, MnistSplit.Train));
        return model.ToPredictor();
    });

    /// <summary>The predictor; skips the test where MNIST is not there.</summary>
    public CnnPredictor Predictor
    {
        get
        {
            RealMnist.SkipUnlessPresent();
            return predictor.Value;
        }
    }
}
