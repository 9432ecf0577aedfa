namespace MnistCnn.Batches;

/// <summary>What <see cref="RandomContrast"/> does.</summary>
public enum ContrastKind
{
    /// <summary>Other greys for background and ink, and for those between them, as of other paper, pens and light.</summary>
    Levels,

    /// <summary>A background that grows lighter in some direction, as of light from one side.</summary>
    Gradient,

    /// <summary>Ink and background change places.</summary>
    Inversion,
}
