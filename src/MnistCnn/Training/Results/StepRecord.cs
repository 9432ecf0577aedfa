namespace MnistCnn;

/// <summary>What is kept of each step. Immutable.</summary>
/// <param name="Epoch">1-based epoch.</param>
/// <param name="Step">1-based step in the epoch.</param>
/// <param name="GlobalStep">1-based step since the beginning of the run.</param>
/// <param name="Loss">Mean loss over the images of the step, before its update.</param>
/// <param name="Accuracy">Share of the images of the step classified correctly before its update, 0 to 1.</param>
/// <param name="LearningRate">The learning rate of its update.</param>
public readonly record struct StepRecord(int Epoch, int Step, long GlobalStep, double Loss, double Accuracy, double LearningRate);
