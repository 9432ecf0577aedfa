namespace MnistCnn.Samples.Results;

/// <summary>A point of a learning curve.</summary>
/// <param name="Epoch">Epochs trained so far, fractions included.</param>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">0 to 1.</param>
internal readonly record struct CurvePoint(double Epoch, double Loss, double Accuracy);
