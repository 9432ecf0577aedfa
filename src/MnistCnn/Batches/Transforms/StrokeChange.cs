namespace MnistCnn.Batches;

/// <summary>What <see cref="RandomStroke"/> does.</summary>
public enum StrokeChange
{
    /// <summary>Each pixel becomes the darkest around it, as by another pen with less ink: erosion.</summary>
    Thinner,

    /// <summary>Each pixel becomes the lightest around it: dilation.</summary>
    Thicker,

    /// <summary>
    /// Only the edges of strokes are left: dilation less erosion, the morphological gradient, or one half of it, with one to three times its contrast.
    /// </summary>
    Outline,
}
