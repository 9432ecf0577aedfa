namespace MnistCnn.Batches;

/// <summary>
/// Makes strokes thinner or thicker, or leaves their outlines: a morphological operation over 3×3 pixels, or over the four neighbours, blended with the image.
/// </summary>
/// <remarks>Immutable and thread-safe. Source: Serra, «Image analysis and mathematical morphology», 1982.</remarks>
public sealed record RandomStroke : IImageTransform
{
    private const int LargestOnStack = 48 * 48;

    /// <summary>What to do with the strokes.</summary>
    /// <value><see cref="StrokeChange.Thinner"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public StrokeChange Change { get; init => field = TransformOptions.Member(value); }

    /// <summary>
    /// The largest share of the changed image in the blend: that of every other image; for the others, every share up to it is equally likely.
    /// </summary>
    /// <value>0, the image as it is, to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Strength { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        bool diagonal = random.NextBoolean(.5f);
        float share = Strength * Math.Min(1, random.NextSingle(0, 2));
        if (Change == StrokeChange.Outline)
        {
            int pixels = height * width, kind = random.NextInt32(3);
            Span<float> inner = pixels <= LargestOnStack ? stackalloc float[pixels] : new float[pixels];
            Extreme(source, destination, largest: true, isChanged: kind != 0);
            Extreme(source, inner, largest: false, isChanged: kind != 1);
            PixelBlend.Add(destination, inner, -1);
            PixelBlend.Scale(destination, random.NextSingle(1, 3));
        }
        else
        {
            Extreme(source, destination, Change == StrokeChange.Thicker, isChanged: true);
        }

        PixelBlend.Mix(destination, source, share);

        void Extreme(ReadOnlySpan<float> from, Span<float> to, bool largest, bool isChanged)
        {
            if (isChanged)
            {
                Neighbours.Extreme(from, to, height, width, largest, diagonal);
            }
            else
            {
                from.CopyTo(to);
            }
        }
    }
}
