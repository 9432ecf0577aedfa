namespace MnistCnn.Batches;

/// <summary>What <see cref="RandomNoise"/> adds.</summary>
public enum NoiseKind
{
    /// <summary>A normal number for each pixel, as of a sensor that is warm.</summary>
    Gaussian,

    /// <summary>Some pixels become background or full ink, as of a transmission with errors: salt and pepper.</summary>
    Impulse,

    /// <summary>A normal number for each pixel that grows with the root of its ink, as of a picture from few photons.</summary>
    Shot,
}
