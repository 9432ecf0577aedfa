using MnistCnn.Batches;

namespace MnistCnn.Training;

/// <summary>How a model did on images under one corruption. Immutable.</summary>
/// <param name="Corruption">What was done with the images.</param>
/// <param name="Severity">How much of it, from 1.</param>
/// <param name="Result">What was found.</param>
public sealed record CorruptionResult(Corruption Corruption, int Severity, EvaluationResult Result);
