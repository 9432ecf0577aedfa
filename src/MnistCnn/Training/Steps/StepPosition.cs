namespace MnistCnn.Training;

/// <summary>Where a batch stands in its step.</summary>
/// <param name="IsFirst">Whether its gradients replace those of the step before; the others add to them.</param>
/// <param name="Share">
/// Its share of the images of the step, 1 unless gradients are accumulated: its mean loss is scaled by this before the backward pass.
/// </param>
/// <param name="Seed">What is drawn at random in the batch follows from it.</param>
internal readonly record struct StepPosition(bool IsFirst, double Share, ulong Seed = 0);
