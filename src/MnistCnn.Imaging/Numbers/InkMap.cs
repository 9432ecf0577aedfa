namespace MnistCnn.Imaging;

/// <summary>How much each pixel of a picture differs from the background towards the ink, and which pixels are ink.</summary>
/// <remarks>
/// The background is the median of all pixels, the noise their median deviation from it (times 1.4826, as for a normal distribution). Where there is noise, a
/// pixel is judged with its eight neighbours.
/// </remarks>
internal sealed class InkMap
{
    /// <summary>Below this much deviation from the background (of 255) there is no ink.</summary>
    private const float FaintestInk = 16;

    private const float NoiseFactor = 2.5f;
    private const float InkFraction = 0.3f;
    private const double StrongestPart = 0.005;

    public InkMap(GreyPicture picture)
    {
        (Width, Height) = (picture.Width, picture.Height);
        float background = Quantile(picture.Pixels, 0.5);
        Noise = 1.4826f * Quantile(Array.ConvertAll(picture.Pixels, value => Math.Abs(value - background)), 0.5);
        float direction = picture.Pixels.Sum(value => (double)(value - background)) < 0 ? -1 : 1;
        float[] deviation = Array.ConvertAll(picture.Pixels, value => (value - background) * direction);
        float[] judged = Noise >= 1 ? Smoothed(deviation) : deviation;
        Ink = Array.ConvertAll(deviation, value => Math.Max(0, value));
        float strongest = Quantile(judged, 1 - StrongestPart);
        float threshold = Math.Max(Math.Max(FaintestInk, NoiseFactor * Noise), InkFraction * strongest);
        IsInk = Array.ConvertAll(judged, value => value >= threshold);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The standard deviation of the background.</summary>
    public float Noise { get; }

    /// <summary>0 to 255 for each pixel.</summary>
    public float[] Ink { get; }

    /// <summary>Whether a pixel belongs to a stroke.</summary>
    public bool[] IsInk { get; }

    private static float Quantile(float[] values, double part)
    {
        // Pixels are at most 255 apart: counting in steps of 1/8 is exact enough and needs no sort.
        const int Steps = 8;
        int[] counts = new int[2 * 256 * Steps + 1];
        foreach (float value in values)
        {
            counts[Math.Clamp((int)MathF.Round(value * Steps) + 256 * Steps, 0, counts.Length - 1)]++;
        }

        long wanted = (long)(part * (values.Length - 1)) + 1;
        int bin = 0;
        for (long seen = counts[0]; seen < wanted; seen += counts[bin])
        {
            bin++;
        }

        return (bin - 256 * Steps) / (float)Steps;
    }

    /// <summary>The mean of each pixel and its neighbours.</summary>
    private float[] Smoothed(float[] values)
    {
        float[] rows = new float[values.Length];
        float[] result = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int x = i % Width;
            float left = x > 0 ? values[i - 1] : values[i];
            float right = x < Width - 1 ? values[i + 1] : values[i];
            rows[i] = (left + values[i] + right) / 3;
        }

        for (int i = 0; i < values.Length; i++)
        {
            float above = i >= Width ? rows[i - Width] : rows[i];
            float below = i + Width < rows.Length ? rows[i + Width] : rows[i];
            result[i] = (above + rows[i] + below) / 3;
        }

        return result;
    }
}
