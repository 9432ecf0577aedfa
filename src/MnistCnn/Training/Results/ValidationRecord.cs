namespace MnistCnn;

/// <summary>A validation and when it was made. Immutable.</summary>
/// <param name="Epoch">1-based epoch.</param>
/// <param name="Step">1-based step in the epoch, after whose update the model was validated.</param>
/// <param name="GlobalStep">1-based step since the beginning of the run.</param>
/// <param name="Result">What was found.</param>
public sealed record ValidationRecord(int Epoch, int Step, long GlobalStep, EvaluationResult Result);
