using System.Collections.ObjectModel;
using MnistCnn.Metrics;

namespace MnistCnn;

/// <summary>How a model did on a data set. Immutable.</summary>
/// <param name="Loss">Mean cross-entropy over the images, in nats; labels are never smoothed here.</param>
/// <param name="Accuracy">Share of images classified correctly, 0 to 1.</param>
/// <param name="Count">The number of images.</param>
public sealed record EvaluationResult(double Loss, double Accuracy, int Count)
{
    /// <summary>The values of <see cref="TrainerOptions.Metrics"/> by name; empty without.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>
    /// The mean negative log-likelihood of the labels, in nats, under the probabilities that predictions have: with the temperature of the model's calibration,
    /// which <see cref="Loss"/> leaves out. Null in a result that
    /// was read from a checkpoint.
    /// </summary>
    public double? NegativeLogLikelihood { get; init; }

    /// <summary>
    /// The expected calibration error of predictions over 15 bins, 0 to 1 (<see cref="ReliabilityTable.CalibrationError"/>); null in a result that was read
    /// from a checkpoint.
    /// </summary>
    public double? CalibrationError => Reliability?.CalibrationError;

    /// <summary>How often predictions were right, by how probable they were; null in a result that was read from a checkpoint.</summary>
    public ReliabilityTable? Reliability { get; init; }

    /// <summary>How often each class was taken for each; null in a result that was read from a checkpoint.</summary>
    public ConfusionTable? Confusion { get; init; }

    /// <summary>The images that were classified wrongly, in the order of the data set; empty in a result that was read from a checkpoint.</summary>
    public IReadOnlyList<Misclassification> Misclassified { get; init; } = [];
}
