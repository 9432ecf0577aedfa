namespace MnistCnn.Batches;

/// <summary>
/// Rotates, shears, scales and moves an image at random about its centre, with bilinear interpolation; what comes in from outside is background.
/// </summary>
/// <remarks>Immutable and thread-safe. Each image gets a map of its own, every parameter uniform in its range.</remarks>
public sealed record RandomAffine : IImageTransform
{
    /// <summary>The largest rotation to either side.</summary>
    /// <value>0 to 180 degrees. The default is 10.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Degrees { get; init => field = TransformOptions.InRange(value, 0, 180); } = 10;

    /// <summary>The largest shift in each direction, as a part of the image's width (to the sides) and height (up and down).</summary>
    /// <value>0 to 1. The default is 0.08, which is 2.24 pixels of 28.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Translation { get; init => field = TransformOptions.InRange(value, 0, 1); } = 0.08f;

    /// <summary>The smallest factor of size.</summary>
    /// <value>0.1 to 10. The default is 0.9.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float MinScale { get; init => field = TransformOptions.InRange(value, .1f, 10); } = 0.9f;

    /// <summary>The largest factor of size; below <see cref="MinScale"/> the two change places.</summary>
    /// <value>0.1 to 10. The default is 1.1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float MaxScale { get; init => field = TransformOptions.InRange(value, .1f, 10); } = 1.1f;

    /// <summary>The largest slant of vertical lines to either side.</summary>
    /// <value>0 to 60 degrees. The default is 8.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float ShearDegrees { get; init => field = TransformOptions.InRange(value, 0, 60); } = 8;

    /// <summary>The largest factor by which the width alone is stretched; the smallest is its inverse, and both are equally likely.</summary>
    /// <value>1 to 4. The default is 1: none.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float MaxStretch { get; init => field = TransformOptions.InRange(value, 1, 4); } = 1;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random) =>
        AffineSampler.Sample(source, destination, height, width, Draw(height, width, ref random));

    /// <summary>Draws a map for an image.</summary>
    internal AffineMap Draw(int height, int width, ref ImageRandom random)
    {
        (float sin, float cos) = MathF.SinCos(random.NextSingle(-Degrees, Degrees) * (MathF.PI / 180));
        float shear = MathF.Tan(random.NextSingle(-ShearDegrees, ShearDegrees) * (MathF.PI / 180));
        float zoom = 1 / random.NextSingle(MinScale, MaxScale);
        float right = random.NextSingle(-Translation, Translation) * width;
        float down = random.NextSingle(-Translation, Translation) * height;
        float squeeze = MaxStretch == 1 ? 1 : MathF.Exp(random.NextSingle(-1, 1) * MathF.Log(MaxStretch));
        // The inverse of scale · rotation · shear · stretch: where in the source a pixel of the destination comes from.
        return new AffineMap(zoom * squeeze * (cos + shear * sin), zoom * squeeze * (sin - shear * cos), -zoom * sin, zoom * cos, right, down);
    }
}
