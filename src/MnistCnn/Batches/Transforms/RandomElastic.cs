namespace MnistCnn.Batches;

/// <summary>
/// Bends an image as if it were drawn on rubber: each node of a grid over it is moved at random, and the pixels between the nodes go with them. An affine map
/// may be drawn with it: both take one resampling
/// together, which blurs less than two.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Source: Simard, Steinkraus and Platt, «Best practices for convolutional neural networks applied to visual document analysis»,
/// ICDAR 2003; the smooth field of offsets is interpolated
/// from a grid here, where they smooth an independent offset of each pixel.
/// </remarks>
public sealed record RandomElastic : IImageTransform
{
    private const int LargestGrid = 16;

    /// <summary>The largest offset of a node in each direction; every offset up to it is equally likely.</summary>
    /// <value>0 to 100 pixels. The default is 2.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float MaxOffset { get; init => field = TransformOptions.InRange(value, 0, 100); } = 2;

    /// <summary>Nodes of the grid in a row and in a column, those at the edges of the image included.</summary>
    /// <value>2 to 16. The default is 5.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public int GridSize { get; init => field = (int)TransformOptions.InRange(value, 2, LargestGrid); } = 5;

    /// <summary>The share of images that are bent; the others only follow <see cref="Affine"/>.</summary>
    /// <value>0 to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Probability { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <summary>The affine map of every image.</summary>
    /// <value>Null, the default: none.</value>
    public RandomAffine? Affine { get; init; }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        AffineMap map = Affine?.Draw(height, width, ref random) ?? new AffineMap(1, 0, 0, 1, 0, 0);
        if (MaxOffset == 0 || !random.NextBoolean(Probability))
        {
            AffineSampler.Sample(source, destination, height, width, map);
            return;
        }

        int nodes = GridSize * GridSize;
        Span<float> offsets = stackalloc float[2 * LargestGrid * LargestGrid];
        for (int i = 0; i < 2 * nodes; i++)
        {
            offsets[i] = random.NextSingle(-MaxOffset, MaxOffset);
        }

        AffineSampler.Sample(source, destination, height, width, map, new OffsetGrid(GridSize, offsets[..nodes], offsets[nodes..(2 * nodes)]));
    }
}
