namespace MnistCnn.Batches;

/// <summary>Blurs an image in one of several ways.</summary>
/// <remarks>Immutable and thread-safe. Outside the image is background.</remarks>
public sealed record RandomBlur : IImageTransform
{
    private const float LargestSigma = 1.7f;
    private const float LongestMotion = 10;
    private const float LargestPixel = 3.2f;
    private const int KernelSide = 11;

    /// <summary>How to blur.</summary>
    /// <value><see cref="BlurKind.Gaussian"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public BlurKind Kind { get; init => field = TransformOptions.Member(value); }

    /// <summary>
    /// How far the range of random blurs goes: a standard deviation of up to 1.7 pixels × Strength (<see cref="BlurKind.Gaussian"/>), a line of up to 10 ×
    /// Strength pixels (<see cref="BlurKind.Motion"/>), pixels
    /// of a side of up to 1 + 2.2 × Strength (<see cref="BlurKind.LowResolution"/>), weights of up to ±Strength around the pixel's own (<see
    /// cref="BlurKind.Filter"/>).
    /// </summary>
    /// <value>0, the image as it is, to 1. The default is 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public float Strength { get; init => field = TransformOptions.InRange(value, 0, 1); } = 1;

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ref ImageRandom random)
    {
        Span<float> kernel = stackalloc float[KernelSide * KernelSide];
        kernel.Clear();
        switch (Kind)
        {
            case BlurKind.Gaussian:
                Gaussian(kernel, random.NextSingle(0, LargestSigma * Strength));
                break;
            case BlurKind.Motion:
                Motion(kernel, random.NextSingle(0, LongestMotion * Strength), random.NextSingle(0, MathF.PI));
                break;
            case BlurKind.Filter:
                kernel = kernel[..9];
                Filter(kernel, Strength, ref random);
                break;
            default:
                Resampling.ThroughLargerPixels(source, destination, height, width, 1 + (LargestPixel - 1) * random.NextSingle(0, Strength));
                return;
        }

        Neighbours.Filter(source, destination, height, width, kernel);
        PixelBlend.Clamp(destination);
    }

    private static void Gaussian(Span<float> kernel, float sigma)
    {
        const int Centre = KernelSide / 2;
        Span<float> weights = stackalloc float[Centre + 1];
        float sum = 0;
        for (int d = 0; d <= Centre; d++)
        {
            weights[d] = d == 0 ? 1 : MathF.Exp(-d * d / (2 * sigma * sigma + 1e-9f));
            weights[d] = weights[d] < 1e-3f ? 0 : weights[d];
            sum += d == 0 ? 1 : 2 * weights[d];
        }

        for (int k = 0; k < kernel.Length; k++)
        {
            kernel[k] = weights[Math.Abs(k / KernelSide - Centre)] * weights[Math.Abs(k % KernelSide - Centre)] / (sum * sum);
        }
    }

    private static void Motion(Span<float> kernel, float length, float angle)
    {
        const int Points = 16;
        (float sin, float cos) = MathF.SinCos(angle);
        for (int p = 0; p < Points; p++)
        {
            float along = length * ((p + .5f) / Points - .5f) * (KernelSide - 2) / LongestMotion;
            (float x, float y) = (KernelSide / 2 + along * cos, KernelSide / 2 + along * sin);
            (int left, int top) = ((int)x, (int)y);
            for (int corner = 0; corner < 4; corner++)
            {
                (int right, int down) = (corner & 1, corner >> 1);
                kernel[(top + down) * KernelSide + left + right] += Math.Abs(1 - right - (x - left)) * Math.Abs(1 - down - (y - top)) / Points;
            }
        }
    }

    private static void Filter(Span<float> kernel, float strength, ref ImageRandom random)
    {
        float others = 0;
        for (int k = 0; k < kernel.Length; k++)
        {
            kernel[k] = k == 4 ? 0 : strength * random.NextSingle(-.5f, 1) / 4;
            others += kernel[k];
        }

        float centre = 1 + strength * random.NextSingle(-.5f, .5f), sum = centre + others;
        kernel[4] = centre;
        // A sum near 0 would make the image vanish.
        foreach (ref float weight in kernel)
        {
            weight /= Math.Max(.5f, sum);
        }
    }
}
