namespace MnistCnn.Batches;

/// <summary>
/// A data set whose images went through one of the corruptions of MNIST-C. Immutable and thread-safe; equal arguments give equal images on every machine.
/// </summary>
public sealed class CorruptedDataset : IMnistDataset
{
    private readonly IMnistDataset data;
    private readonly byte[] pixels;

    /// <summary>Corrupts all images, on all processors.</summary>
    /// <param name="data">The images: those of a test set, as they are. They must not change afterwards, since labels are read from here.</param>
    /// <param name="corruption">What to do with them.</param>
    /// <param name="severity">1 to <see cref="SeveritiesOf"/>; 0, the default, for that of MNIST-C.</param>
    /// <param name="seed">The seed of what is random about a corruption; each image has numbers of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such corruption or severity.</exception>
    public CorruptedDataset(IMnistDataset data, Corruption corruption, int severity = 0, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        (this.data, Corruption) = (data, TransformOptions.Member(corruption, nameof(corruption)));
        Severity = (int)TransformOptions.InRange(severity, 0, SeveritiesOf(corruption), nameof(severity));
        Severity = Severity == 0 ? Corruptions.PublishedSeverity(corruption) : Severity;
        int perImage = Height * Width;
        pixels = new byte[data.Count * perImage];
        Parallel.For(0, data.Count, index =>
        {
            float[] source = new float[perImage], changed = new float[perImage];
            PixelScaling.ToUnit(data.GetImage(index), source);
            ImageRandom random = new(seed, ((int)corruption + 1) * 10 + Severity, index);
            Corruptions.Apply(corruption, Severity, new ImageWork(source, changed, Height, Width), ref random);
            Span<byte> target = pixels.AsSpan(index * perImage, perImage);
            for (int i = 0; i < perImage; i++)
            {
                target[i] = (byte)MathF.Round(255 * Math.Clamp(changed[i], 0, 1));
            }
        });
    }

    /// <summary>What was done with the images.</summary>
    public Corruption Corruption { get; }

    /// <summary>How much of it, 1 to <see cref="SeveritiesOf"/>.</summary>
    public int Severity { get; }

    /// <inheritdoc/>
    public int Count => data.Count;

    /// <inheritdoc/>
    public int Height => data.Height;

    /// <inheritdoc/>
    public int Width => data.Width;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => data.ClassNames;

    /// <summary>The number of severities that a corruption has.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <returns>5; 1 for stripe, dotted line, zigzag and Canny edges, which have no parameter.</returns>
    public static int SeveritiesOf(Corruption corruption) =>
        corruption is Corruption.Stripe or Corruption.DottedLine or Corruption.Zigzag or Corruption.CannyEdges ? 1 : 5;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetImage(int index) => index >= 0 && index < Count
        ? pixels.AsSpan(index * Height * Width, Height * Width)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"index: expected 0 to {Count - 1}, found {index}.");

    /// <inheritdoc/>
    public byte GetLabel(int index) => data.GetLabel(index);
}
