namespace MnistCnn.Batches;

/// <summary>What <see cref="RandomOcclusion"/> does.</summary>
public enum OcclusionKind
{
    /// <summary>
    /// One or two straight strokes across the image, or up to eight short ones, whole or dashed, of ink or of background: rulings, scratches, strike-throughs.
    /// </summary>
    Lines,

    /// <summary>One to three rectangles of one grey each: stains, labels, holes.</summary>
    Patches,

    /// <summary>One side of the image is cut off, as by a crop too narrow.</summary>
    Edges,

    /// <summary>Ink and background change places in a band or in a rectangle.</summary>
    InvertedBand,
}
