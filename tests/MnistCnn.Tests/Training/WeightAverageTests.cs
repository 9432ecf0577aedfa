using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Averages of weights against those computed from the weights of each step with figures worked out by hand.</summary>
public sealed class WeightAverageTests
{
    /// <summary>
    /// An average forgets (1 − d) a step, with d = min(decay, (1 + t) / (10 + t)), eight steps at a time: d⁸ is (17/26)⁸ at step 16 and
    /// (25/34)⁸ at step 24 where the decay is higher, and 0.5⁸ where it is 0.5.
    /// </summary>
    [Theory]
    [InlineData("engine", 0.99, 0.0334044701, 0.0854454090)]
    [InlineData("libtorch", 0.99, 0.0334044701, 0.0854454090)]
    [InlineData("engine", 0.5, 0.00390625, 0.00390625)]
    [InlineData("libtorch", 0.5, 0.00390625, 0.00390625)]
    public void The_model_ends_with_the_average_of_steps_8_16_and_24(string path, double decay, double keptAt16, double keptAt24)
    {
        using nn.Module<Tensor, Tensor> model = path == "engine" ? new CnnClassifier(new CnnClassifierOptions { Seed = 1 }) : new TinyModel();
        List<float[]> weights = [];
        LambdaCallback spy = new() { StepEnd = (context, _) => weights.Add(TrainingData.Floats(context.Model)) };
        TrainerOptions options = TrainingData.Options with { Epochs = 9, EmaDecay = decay, LearningRate = path == "engine" ? 0.001 : 0.01 };
        new Trainer(options, [spy]).Fit(model, TrainingData.Train);

        Assert.Equal(27, weights.Count);
        double[] average = [.. weights[7].Select(w => (double)w)];
        foreach ((int step, double kept) in new[] { (16, keptAt16), (24, keptAt24) })
        {
            average = [.. average.Zip(weights[step - 1], (mean, w) => kept * mean + (1 - kept) * w)];
        }

        float[] found = TrainingData.Floats(model);
        double apart = found.Zip(weights[^1], (a, w) => Math.Abs((double)a - w)).Max();
        Assert.InRange(average.Zip(found, (expected, actual) => Math.Abs(expected - actual)).Max(), 0, 1e-3 * apart);
    }
}
