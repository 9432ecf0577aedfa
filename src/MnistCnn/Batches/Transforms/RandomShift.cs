namespace MnistCnn.Batches;

/// <summary>Moves an image by whole pixels in both directions at random; what comes in from outside is background.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record RandomShift : IImageTransform
{
    private readonly int maxPixels = 2;

    /// <summary>The largest shift; every shift of −MaxPixels to +MaxPixels rows and columns is equally likely.</summary>
    /// <value>0 or more pixels. The default is 2.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxPixels
    {
        get => maxPixels;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxPixels));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1 << 20, nameof(MaxPixels));
            maxPixels = value;
        }
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        int down = random.NextInt32(2 * MaxPixels + 1) - MaxPixels;
        int right = random.NextInt32(2 * MaxPixels + 1) - MaxPixels;
        destination.Clear();
        int columns = width - Math.Abs(right);
        if (columns <= 0)
        {
            return;
        }

        for (int y = Math.Max(0, down); y < Math.Min(height, height + down); y++)
        {
            source.Slice((y - down) * width + Math.Max(0, -right), columns)
                .CopyTo(destination.Slice(y * width + Math.Max(0, right), columns));
        }
    }
}
