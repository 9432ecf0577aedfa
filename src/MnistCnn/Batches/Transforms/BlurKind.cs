namespace MnistCnn.Batches;

/// <summary>What <see cref="RandomBlur"/> does.</summary>
public enum BlurKind
{
    /// <summary>A Gaussian filter, as of a lens out of focus.</summary>
    Gaussian,

    /// <summary>The mean along a short line in a random direction, as of a camera that moved.</summary>
    Motion,

    /// <summary>Shrunk by area averages and enlarged bilinearly, as of a small picture.</summary>
    LowResolution,

    /// <summary>A filter of 3×3 random weights whose sum is 1, as of an unknown device.</summary>
    Filter,
}
