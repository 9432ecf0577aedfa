using MnistCnn.Batches;
using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Training;

namespace MnistCnn.Tests.Docs;

public sealed class RealWorldSnippets : IDisposable
{
    private readonly SyntheticDigits test = new(40, split: MnistSplit.Test);
    private readonly SyntheticDigits heldOut = new(200, seed: 2);
    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });

    [Fact]
    public void A_model_is_calibrated_and_asked_whether_an_image_is_familiar()
    {
        // snippet: calibrate
        Calibration calibration = new Trainer().Calibrate(model, heldOut); // images that it was not trained on
        EvaluationResult result = new Trainer().Evaluate(model, test);
        Console.WriteLine($"T = {calibration.Temperature}, error {result.CalibrationError:F4}, likelihood {result.NegativeLogLikelihood:F4}");
        // end
        Assert.Equal(calibration, model.GetCalibration());

        // snippet: familiar
        Prediction prediction = model.ToPredictor().Predict(test.GetImage(0));
        string answer = !prediction.IsFamiliar ? "not a digit" : prediction.Probability < 0.6f ? "not sure" : prediction.ClassName;
        // end
        Assert.NotEmpty(answer);
    }

    [Fact]
    public void Robustness_is_measured()
    {
        // snippet: robustness
        RobustnessResult robustness = Robustness.Evaluate(model, test);
        double unseen = robustness.UnseenAccuracy; // of corruptions that Robust does not train on
        double fog = robustness.Corrupted.Single(row => row.Corruption == Corruption.Fog).Result.Accuracy;
        // end
        Assert.InRange(unseen, 0, 1);
        Assert.InRange(fog, 0, 1);
    }

    [Fact]
    public void Transforms_are_put_together()
    {
        // snippet: transforms
        TrainerOptions options = TrainingRecipe.Best with
        {
            Transforms =
            [
                RandomChoice.Sometimes(0.3f, new RandomStroke { Change = StrokeChange.Thinner }),
                new RandomElastic { MaxOffset = 2, Affine = new RandomAffine { Degrees = 20 } },
                new RandomChoice(
                    (2, new RandomNoise { Kind = NoiseKind.Gaussian }),
                    (1, new RandomContrast { Kind = ContrastKind.Levels })) { CountWeights = [0.5f, 0.4f, 0.1f] },
            ],
        };
        // end
        Assert.Equal(3, options.Transforms.Count);
    }

    public void Dispose() => model.Dispose();
}
