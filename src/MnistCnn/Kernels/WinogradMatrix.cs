namespace MnistCnn.Kernels;

/// <summary>
/// The matrices of F(4×4, 3×3), in Lavin and Gray's letters.
/// <code>
/// Input              Bᵀ   6 × 6 pixels of an image to 6 × 6 points
/// InputTransposed    B    6 × 6 points to the gradient of the pixels
/// Output             Aᵀ   6 × 6 points to 4 × 4 outputs
/// OutputTransposed   A    gradients of 4 × 4 outputs to 6 × 6 points
/// Weights            G    3 × 3 taps to 6 × 6 points
/// WeightsTransposed  Gᵀ   6 × 6 points to the gradient of the taps
/// </code>
/// </summary>
internal enum WinogradMatrix { Input, InputTransposed, Output, OutputTransposed, Weights, WeightsTransposed }
