using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

public sealed class TrainingRecipeTests
{
    [Fact]
    public void Fast_gets_99_percent_of_the_real_test_images_right_within_its_epochs()
    {
        RealMnist.SkipUnlessPresent();
        (MnistDataset train, MnistDataset test) = MnistDataset.LoadSplits(RealMnist.Directory);
        Trainer trainer = new(TrainingRecipe.Fast with { Seed = 1, Device = CPU });
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        trainer.Fit(model, train, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(trainer.Evaluate(model, test, TestContext.Current.CancellationToken).Accuracy, 0.99, 1);
    }
}
