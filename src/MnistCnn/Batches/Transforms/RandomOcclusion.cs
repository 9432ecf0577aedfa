namespace MnistCnn.Batches;

/// <summary>Covers parts of an image.</summary>
/// <remarks>
/// Immutable and thread-safe. Sources: DeVries and Taylor, «Improved regularization of convolutional neural networks with cutout», 2017;
/// Zhong et al., «Random erasing data augmentation», 2020.
/// </remarks>
public sealed record RandomOcclusion : IImageTransform
{
    private const float LargestPatch = .3f;
    private const float LargestCut = .2f;

    /// <summary>What to cover with.</summary>
    /// <value><see cref="OcclusionKind.Lines"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public OcclusionKind Kind { get; init => field = TransformOptions.Member(value); }

    /// <summary>
    /// How much is covered at most: lines of the full grey × Strength, patches of a side of 0.3 × Strength of the image, cuts of
    /// 0.2 × Strength of it; inverted bands are as strong as Strength, whatever their size.
    /// </summary>
    /// <value>0, the image as it is, to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Strength { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        source.CopyTo(destination);
        switch (Kind)
        {
            case OcclusionKind.Lines:
                bool isLong = random.NextBoolean(.5f);
                for (int count = 1 + random.NextInt32(isLong ? 2 : 8); count > 0; count--)
                {
                    DrawLine(destination, height, width, isLong, ref random);
                }

                break;
            case OcclusionKind.Patches:
                for (int count = 1 + random.NextInt32(3); count > 0; count--)
                {
                    (int columns, int rows) = (Part(width, LargestPatch * Strength, ref random), Part(height, LargestPatch * Strength, ref random));
                    float grey = random.NextBoolean(.5f) ? 0 : random.NextSingle(0, 1);
                    foreach (Range row in Rows(height, width, random.NextInt32(width), random.NextInt32(height), columns, rows))
                    {
                        destination[row].Fill(grey);
                    }
                }

                break;
            case OcclusionKind.Edges:
                Cut(destination, height, width, ref random);
                break;
            default:
                InvertBand(destination, height, width, ref random);
                break;
        }
    }

    /// <summary>A straight stroke as wide as a pen's, that fades over a pixel: across the whole image or shorter.</summary>
    private void DrawLine(Span<float> pixels, int height, int width, bool isLong, ref ImageRandom random)
    {
        float angle = random.NextSingle(0, MathF.PI), half = random.NextSingle(.3f, 1.6f);
        (float sin, float cos) = MathF.SinCos(angle);
        (float throughX, float throughY) = (random.NextSingle(0, width), random.NextSingle(0, height));
        float reach = isLong ? height + width : random.NextSingle(1, width / 4f + 1);
        float dash = random.NextBoolean(.4f) ? random.NextSingle(1.5f, 5) : float.PositiveInfinity;
        float grey = random.NextBoolean(.75f) ? random.NextSingle(.5f, 1) : 0;
        float around = reach + half + 1;
        for (int y = Math.Max(0, (int)(throughY - around)); y < Math.Min(height, throughY + around); y++)
        {
            for (int x = Math.Max(0, (int)(throughX - around)); x < Math.Min(width, throughX + around); x++)
            {
                (float dx, float dy) = (x - throughX, y - throughY);
                float cover = Math.Clamp(half + .5f - Math.Abs(dx * sin - dy * cos), 0, 1) * Strength;
                float along = dx * cos + dy * sin;
                if (cover > 0 && Math.Abs(along) <= reach && (dash == float.PositiveInfinity || ((int)MathF.Floor(along / dash) & 1) == 0))
                {
                    ref float pixel = ref pixels[y * width + x];
                    // Ink is laid over ink; background wipes it out.
                    pixel = grey > 0 ? Math.Max(pixel, cover * grey) : pixel * (1 - cover);
                }
            }
        }
    }

    private void Cut(Span<float> pixels, int height, int width, ref ImageRandom random)
    {
        int side = random.NextInt32(4);
        bool isVertical = side < 2;
        int thickness = Part(isVertical ? width : height, LargestCut * Strength, ref random);
        (int columns, int rows) = isVertical ? (thickness, height) : (width, thickness);
        foreach (Range row in Rows(height, width, side == 1 ? width - columns : 0, side == 3 ? height - rows : 0, columns, rows))
        {
            pixels[row].Clear();
        }
    }

    private void InvertBand(Span<float> pixels, int height, int width, ref ImageRandom random)
    {
        int shape = Math.Min(3, random.NextInt32(5));
        int columns = shape == 1 ? width : 2 + Part(width, .6f, ref random), rows = shape is 0 or 3 ? height : 2 + Part(height, .6f, ref random);
        (int left, int top) = (shape == 3 ? 0 : random.NextInt32(width), random.NextInt32(height));
        (left, top) = (shape is 1 or 3 ? 0 : left, shape is 0 or 3 ? 0 : top);
        foreach (Range row in Rows(height, width, left, top, columns, rows))
        {
            PixelBlend.Invert(pixels[row], Strength);
        }

        if (shape == 3)
        {
            // Two bands at opposite sides.
            foreach (Range row in Rows(height, width, Math.Max(columns, width - Part(width, .6f, ref random)), 0, width, rows))
            {
                PixelBlend.Invert(pixels[row], Strength);
            }
        }
    }

    private static int Part(int side, float largest, ref ImageRandom random) => (int)(side * random.NextSingle(0, largest) + .5f * Math.Min(1, largest));

    /// <summary>The rows of a rectangle, as far as it lies in the image.</summary>
    private static IEnumerable<Range> Rows(int height, int width, int left, int top, int columns, int rows)
    {
        // In an image of a few pixels a rectangle may begin behind its edge.
        (int begin, int end) = (Math.Min(left, width), Math.Min(left + columns, width));
        for (int y = top; y < Math.Min(height, top + rows); y++)
        {
            yield return (y * width + begin)..(y * width + end);
        }
    }
}
