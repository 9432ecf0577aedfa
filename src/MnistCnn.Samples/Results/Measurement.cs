using System.Globalization;
using MnistCnn.Metrics;
using MnistCnn.Models;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Results;

/// <summary>How a model did on the images of a data set.</summary>
/// <param name="Data">The images.</param>
/// <param name="DatasetName">For readers.</param>
/// <param name="Result">What was found.</param>
internal sealed record Measurement(IMnistDataset Data, string DatasetName, EvaluationResult Result)
{
    public IReadOnlyList<string> ClassNames => Data.ClassNames;

    public ConfusionTable Confusion => Result.Confusion!;

    public string Accuracy => $"{100 * Result.Accuracy:F2}%";

    /// <summary>How far the probabilities of a model can be trusted.</summary>
    public string CalibrationOf(nn.Module model) => string.Create(CultureInfo.InvariantCulture,
        $"expected error {Result.CalibrationError:F4}, negative log-likelihood {Result.NegativeLogLikelihood:F4}, "
        + $"temperature {model.GetCalibration().Temperature:F3}");

    /// <summary>The name under which JSON lists the data set.</summary>
    public string DatasetId => DatasetName == "MNIST" ? "mnist" : DatasetName;
}
