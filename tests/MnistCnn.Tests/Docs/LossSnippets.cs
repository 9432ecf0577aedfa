using MnistCnn.Training;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Docs;

public sealed class LossSnippets
{
    [Fact]
    public void Losses_and_sampling_are_options()
    {
        SyntheticDigits train = new(200), validation = new(100, split: MnistSplit.Test);

        // snippet: weighted
        TrainerOptions weighted = new() { Loss = Loss.CrossEntropy(labelSmoothing: 0.05, classWeights: ClassWeights.Balanced(train)) };
        // end

        // snippet: balanced
        TrainerOptions balanced = new() { BalancedSampling = true };
        // end

        // snippet: others
        TrainerOptions focal = new() { Loss = Loss.Focal(gamma: 2) };
        TrainerOptions own = new() { Loss = Loss.Of("brier", (logits, labels) => (logits.softmax(1) - nn.functional.one_hot(labels, 10)).square().sum(1)) };
        // end
        foreach (TrainerOptions options in new[] { weighted, balanced, focal, own })
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
            double before = new Trainer().Evaluate(model, validation).Loss;
            FitResult fit = new Trainer(options with { Epochs = 3, LearningRate = 0.002 }).Fit(model, train, validation);
            Assert.True(fit.LastValidation!.Result.Loss < before);
        }
    }
}
