namespace MnistCnn.Kernels;

/// <summary>The matrices of F(4×4, 3×3), in Lavin and Gray's letters.</summary>
internal enum WinogradMatrix
{
    /// <summary>Bᵀ: 6 × 6 pixels of an image to 6 × 6 points.</summary>
    Input,

    /// <summary>B: 6 × 6 points to the gradient of the pixels.</summary>
    InputTransposed,

    /// <summary>Aᵀ: 6 × 6 points to 4 × 4 outputs.</summary>
    Output,

    /// <summary>A: gradients of 4 × 4 outputs to 6 × 6 points.</summary>
    OutputTransposed,

    /// <summary>G: 3 × 3 taps to 6 × 6 points.</summary>
    Weights,

    /// <summary>Gᵀ: 6 × 6 points to the gradient of the taps.</summary>
    WeightsTransposed,
}
