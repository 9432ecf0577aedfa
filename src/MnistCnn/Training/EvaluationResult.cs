namespace MnistCnn.Training;

/// <summary>How a model did on a data set. Immutable.</summary>
/// <param name="Loss">Mean cross-entropy over the images, in nats.</param>
/// <param name="Accuracy">Share of images classified correctly, 0 to 1.</param>
/// <param name="Count">The number of images.</param>
public sealed record EvaluationResult(double Loss, double Accuracy, int Count);
