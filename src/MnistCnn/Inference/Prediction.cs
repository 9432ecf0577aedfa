namespace MnistCnn.Inference;

/// <summary>What a predictor sees in an image.</summary>
/// <param name="ClassIndex">The most probable class, 0 to classes − 1; the lowest of several with equal probability.</param>
/// <param name="ClassName">Its name, as the weights file has it: of digits, the digit.</param>
/// <param name="Probability">Its probability, 1 / classes to 1.</param>
public readonly record struct Prediction(int ClassIndex, string ClassName, float Probability);
