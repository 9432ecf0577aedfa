namespace MnistCnn.Metrics;

/// <summary>Images whose predicted classes are about as probable.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Confidence">The mean probability of their predicted classes, 0 to 1; 0 without images.</param>
/// <param name="Accuracy">The share of them that is right, 0 to 1; 0 without images.</param>
public readonly record struct ReliabilityBin(int Count, double Confidence, double Accuracy);
