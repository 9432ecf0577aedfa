namespace MnistCnn.Batches;

/// <summary>Changes the greys of an image.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record RandomContrast : IImageTransform
{
    private const float LargestBackground = .65f;
    private const float LargestLoss = .65f;

    /// <summary>How to change them.</summary>
    /// <value><see cref="ContrastKind.Levels"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public ContrastKind Kind { get; init => field = TransformOptions.Member(value); }

    /// <summary>
    /// How far the range of random changes goes. Levels: ink loses up to 0.65 × Strength, or background gains as much, and the curve between
    /// them is bent by up to ±Strength · x (1 − x). Gradient: the background gains up to 0.65 × Strength at one side.
    /// Inversion: pixels become Strength · (1 − x) + (1 − Strength) · x.
    /// </summary>
    /// <value>0, the image as it is, to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Strength { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        switch (Kind)
        {
            case ContrastKind.Levels:
                ChangeLevels(source, destination, ref random);
                break;
            case ContrastKind.Gradient:
                AddGradient(source, destination, height, width, ref random);
                break;
            default:
                source.CopyTo(destination);
                PixelBlend.Invert(destination, Strength);
                break;
        }
    }

    private void ChangeLevels(ReadOnlySpan<float> source, Span<float> destination, ref ImageRandom random)
    {
        (float background, float ink) = random.NextBoolean(.5f)
            ? (random.NextSingle(0, LargestBackground * Strength), 1f)
            : (0f, 1 - random.NextSingle(0, LargestLoss * Strength));
        float bend = random.NextSingle(-Strength, Strength);
        for (int i = 0; i < source.Length; i++)
        {
            float pixel = source[i] + bend * source[i] * (1 - source[i]);
            destination[i] = background + (ink - background) * pixel;
        }
    }

    private void AddGradient(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        float gain = random.NextSingle(0, LargestBackground * Strength);
        (float sin, float cos) = MathF.SinCos(random.NextSingle(0, 2 * MathF.PI));
        // 0 at one corner, 1 at the opposite one.
        float span = Math.Abs(cos) * Math.Max(1, width - 1) + Math.Abs(sin) * Math.Max(1, height - 1);
        float start = (cos < 0 ? -cos * (width - 1) : 0) + (sin < 0 ? -sin * (height - 1) : 0);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float pixel = source[y * width + x];
                destination[y * width + x] = pixel + (1 - pixel) * gain * Math.Clamp((start + cos * x + sin * y) / span, 0, 1);
            }
        }
    }
}
