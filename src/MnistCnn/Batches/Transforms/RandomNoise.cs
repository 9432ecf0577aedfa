namespace MnistCnn.Batches;

/// <summary>Adds noise to the pixels, each independent of the others.</summary>
/// <remarks>
/// Immutable and thread-safe. A normal number is the sum of four uniform ones, scaled to a variance of 1: none is beyond ±3.5. Shot noise is the normal
/// approximation of a Poisson distribution.
/// </remarks>
public sealed record RandomNoise : IImageTransform
{
    private const float LargestSigma = .4f;
    private const float LargestShare = .3f;
    private const float FewestPhotons = 2.5f;
    private const int PixelsPerDraw = 4;

    /// <summary>Which noise.</summary>
    /// <value><see cref="NoiseKind.Gaussian"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public NoiseKind Kind { get; init => field = TransformOptions.Member(value); }

    /// <summary>
    /// How far the range of random noise goes: a standard deviation of up to 0.4 × Strength (<see cref="NoiseKind.Gaussian"/>), up to 0.3 × Strength of the
    /// pixels (<see cref="NoiseKind.Impulse"/>), of full ink a
    /// standard deviation of up to Strength / √2.5 (<see cref="NoiseKind.Shot"/>).
    /// </summary>
    /// <value>0, the image as it is, to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Strength { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        float drawn = random.NextSingle(0, Strength);
        if (Kind == NoiseKind.Impulse)
        {
            AddImpulses(source, destination, drawn * LargestShare, ref random);
            return;
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = Normal(random.NextUInt64());
        }

        float sigma = drawn * (Kind == NoiseKind.Gaussian ? LargestSigma : 1 / MathF.Sqrt(FewestPhotons));
        for (int i = 0; i < destination.Length; i++)
        {
            float scale = Kind == NoiseKind.Gaussian ? sigma : sigma * MathF.Sqrt(source[i]);
            destination[i] = Math.Clamp(source[i] + scale * destination[i], 0, 1);
        }
    }

    private static float Normal(ulong bits)
    {
        const float Half = 2 * ushort.MaxValue, ToUnitVariance = 1.7320508f / (ushort.MaxValue + 1f);
        return ((int)((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)) - Half) * ToUnitVariance;
    }

    private static void AddImpulses(ReadOnlySpan<float> source, Span<float> destination, float share, ref ImageRandom random)
    {
        // The lowest of 16 bits chooses between background and ink.
        int limit = (int)(share * (ushort.MaxValue + 1));
        ulong bits = 0;
        for (int i = 0; i < source.Length; i++)
        {
            bits = i % PixelsPerDraw == 0 ? random.NextUInt64() : bits >> 16;
            int drawn = (int)(bits & 0xFFFF);
            destination[i] = drawn < limit ? drawn & 1 : source[i];
        }
    }
}
