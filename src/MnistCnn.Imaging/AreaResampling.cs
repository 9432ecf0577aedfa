namespace MnistCnn.Imaging;

/// <summary>Anti-aliased scaling: down by the mean over the area that a pixel covers, up by linear interpolation, and unchanged at equal size.</summary>
internal static class AreaResampling
{
    /// <summary>Scales a picture.</summary>
    /// <param name="pixels">Row by row.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="newWidth">The width of the result, 1 or more.</param>
    /// <param name="newHeight">The height of the result, 1 or more.</param>
    /// <returns>The scaled picture, row by row.</returns>
    public static float[] Resize(ReadOnlySpan<float> pixels, int width, int height, int newWidth, int newHeight)
    {
        (int First, float[] Weights)[] columns = Taps(width, newWidth);
        (int First, float[] Weights)[] rows = Taps(height, newHeight);
        float[] narrowed = new float[newWidth * height];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<float> row = pixels.Slice(y * width, width);
            for (int x = 0; x < newWidth; x++)
            {
                (int first, float[] weights) = columns[x];
                float sum = 0;
                for (int tap = 0; tap < weights.Length; tap++)
                {
                    sum += row[first + tap] * weights[tap];
                }

                narrowed[y * newWidth + x] = sum;
            }
        }

        float[] result = new float[newWidth * newHeight];
        for (int y = 0; y < newHeight; y++)
        {
            for (int tap = 0; tap < rows[y].Weights.Length; tap++)
            {
                int source = (rows[y].First + tap) * newWidth;
                for (int x = 0; x < newWidth; x++)
                {
                    result[y * newWidth + x] += narrowed[source + x] * rows[y].Weights[tap];
                }
            }
        }

        return result;
    }

    private static (int First, float[] Weights)[] Taps(int size, int newSize)
    {
        double step = (double)size / newSize;
        return [.. Enumerable.Range(0, newSize).Select(i => step >= 1 ? Covered(i * step, (i + 1) * step, size) : Interpolated((i + 0.5) * step - 0.5, size))];
    }

    private static (int First, float[] Weights) Covered(double from, double to, int size)
    {
        int first = Math.Min((int)from, size - 1);
        int end = Math.Clamp((int)Math.Ceiling(to - 1e-9), first + 1, size);
        float[] weights = new float[end - first];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)((Math.Min(to, first + i + 1) - Math.Max(from, first + i)) / (to - from));
        }

        return (first, weights);
    }

    private static (int First, float[] Weights) Interpolated(double center, int size)
    {
        int first = Math.Clamp((int)Math.Floor(center), 0, size - 1);
        if (first == size - 1)
        {
            return (first, [1]);
        }

        float second = (float)Math.Clamp(center - first, 0, 1);
        return (first, [1 - second, second]);
    }
}
