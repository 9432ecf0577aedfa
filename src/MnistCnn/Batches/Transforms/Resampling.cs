namespace MnistCnn.Batches;

/// <summary>Images as they would look in larger pixels.</summary>
internal static class Resampling
{
    private const int LargestOnStack = 48 * 48;

    /// <summary>Averages an image over larger pixels, and enlarges the result bilinearly.</summary>
    /// <param name="source">[height, width].</param>
    /// <param name="destination">[height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="side">The side of the larger pixels, 1 or more; the image as it is at 1.</param>
    [SkipLocalsInit]
    public static void ThroughLargerPixels(ReadOnlySpan<float> source, Span<float> destination, int height, int width, float side)
    {
        (int rows, int columns) = (Math.Max(1, (int)MathF.Round(height / side)), Math.Max(1, (int)MathF.Round(width / side)));
        int pixels = height * width;
        Span<float> rowsDone = pixels <= LargestOnStack ? stackalloc float[pixels] : new float[pixels];
        Span<float> turned = pixels <= LargestOnStack ? stackalloc float[pixels] : new float[pixels];
        AlongRows(source, rowsDone, height, width, rows);
        Transpose(rowsDone, turned, height, width);
        AlongRows(turned, rowsDone, width, height, columns);
        Transpose(rowsDone, destination, width, height);
    }

    /// <summary>Shrinks the columns of an image to fewer rows and enlarges them again: whole rows at a time.</summary>
    [SkipLocalsInit]
    private static void AlongRows(ReadOnlySpan<float> source, Span<float> destination, int height, int width, int rows)
    {
        Span<float> few = rows * width <= LargestOnStack ? stackalloc float[rows * width] : new float[rows * width];
        few.Clear();
        float side = height / (float)rows;
        for (int r = 0; r < rows; r++)
        {
            for (int y = (int)(r * side); y < Math.Min(height, (int)MathF.Ceiling((r + 1) * side)); y++)
            {
                float share = (Math.Min(y + 1, (r + 1) * side) - Math.Max(y, r * side)) / side;
                PixelBlend.Add(few.Slice(r * width, width), source.Slice(y * width, width), share);
            }
        }

        for (int y = 0; y < height; y++)
        {
            float place = Math.Clamp((y + .5f) / side - .5f, 0, rows - 1);
            int above = Math.Min((int)place, Math.Max(0, rows - 2));
            Span<float> row = destination.Slice(y * width, width);
            few.Slice(Math.Min(above + 1, rows - 1) * width, width).CopyTo(row);
            PixelBlend.Mix(row, few.Slice(above * width, width), place - above);
        }
    }

    private static void Transpose(ReadOnlySpan<float> source, Span<float> destination, int height, int width)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                destination[x * height + y] = source[y * width + x];
            }
        }
    }
}
