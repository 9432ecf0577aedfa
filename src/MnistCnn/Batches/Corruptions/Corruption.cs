namespace MnistCnn.Batches;

/// <summary>The 15 corruptions of MNIST-C, at the severities that its authors chose among those of their program.</summary>
/// <remarks>
/// Source: Mu and Gilmer, «MNIST-C: a robustness benchmark for computer vision», 2019, and the program that made it, github.com/google-research/mnist-c.
/// </remarks>
public enum Corruption
{
    /// <summary>Poisson noise, as of few photons.</summary>
    ShotNoise,

    /// <summary>Salt and pepper.</summary>
    ImpulseNoise,

    /// <summary>Neighbouring pixels change places, between two blurs up and down.</summary>
    GlassBlur,

    /// <summary>One half of a Gaussian along a line at up to 45 degrees.</summary>
    MotionBlur,

    /// <summary>Slanted to one side, about the centre.</summary>
    Shear,

    /// <summary>Made smaller, about the centre.</summary>
    Scale,

    /// <summary>Turned to one side, about the centre.</summary>
    Rotate,

    /// <summary>All pixels gain the same grey.</summary>
    Brightness,

    /// <summary>Moved along a diagonal.</summary>
    Translate,

    /// <summary>The left and the right quarter are inverted.</summary>
    Stripe,

    /// <summary>A plasma fractal is added.</summary>
    Fog,

    /// <summary>Spots of one grey.</summary>
    Spatter,

    /// <summary>A dotted straight line from the left to the right.</summary>
    DottedLine,

    /// <summary>A zigzag line from the left to the right.</summary>
    Zigzag,

    /// <summary>White edges on black (Canny, 1986).</summary>
    CannyEdges,
}
