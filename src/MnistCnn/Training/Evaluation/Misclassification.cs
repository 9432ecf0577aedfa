namespace MnistCnn;

/// <summary>An image that a model classified wrongly. Immutable.</summary>
/// <param name="Index">0-based index in the data set.</param>
/// <param name="Label">The true class.</param>
/// <param name="Predicted">The class that the model took it for.</param>
/// <param name="Probability">The probability that the model gave to that class, 0 to 1.</param>
public readonly record struct Misclassification(int Index, int Label, int Predicted, float Probability);
