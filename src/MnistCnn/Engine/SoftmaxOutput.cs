namespace MnistCnn.Engine;

/// <summary>How a pass makes probabilities of its outputs.</summary>
/// <param name="Temperature">What outputs are divided by before the softmax.</param>
/// <param name="Energies">A float for each image, which receives Temperature · log Σ exp(output / Temperature); 0 where not wanted.</param>
internal readonly record struct SoftmaxOutput(float Temperature, nint Energies);
