namespace MnistCnn.Batches;

/// <summary>Changes an image on its way into a batch, at random or not.</summary>
/// <remarks>
/// Implementations must be thread-safe: several images are transformed at once. All randomness must come from the <see cref="ImageRandom"/> that is passed in.
/// </remarks>
public interface IImageTransform
{
    /// <summary>Writes the changed image.</summary>
    /// <param name="source">The image, row by row, 0 (background) to 1 (ink): <paramref name="height"/> × <paramref name="width"/> values.</param>
    /// <param name="destination">As many values, none of them set yet; every one must be written. It never overlaps <paramref name="source"/>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="random">The random numbers of this image in this epoch: a function of seed, epoch and index alone.</param>
    void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random);
}
