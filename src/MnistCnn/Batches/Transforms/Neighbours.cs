using System.Numerics;
using System.Runtime.InteropServices;

namespace MnistCnn.Batches;

/// <summary>Operations in which a pixel depends on those around it; outside the image everything is 0.</summary>
internal static class Neighbours
{
    private const int LargestOnStack = 48 * 48;

    /// <summary>The weighted sum of the pixels around each pixel.</summary>
    /// <param name="source">[height, width].</param>
    /// <param name="destination">[height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="kernel">[side, side] weights, side odd: the first is that of the pixel above to the left. Weights of 0 cost nothing.</param>
    [SkipLocalsInit]
    public static void Filter(ReadOnlySpan<float> source, Span<float> destination, int height, int width, ReadOnlySpan<float> kernel)
    {
        int side = (int)Math.Sqrt(kernel.Length), border = side / 2, stride = width + 2 * border, size = (height + 2 * border) * stride, count = 0;
        Span<float> padded = size <= LargestOnStack ? stackalloc float[size] : new float[size];
        Pad(source, padded, height, width, border);
        Span<int> offsets = stackalloc int[kernel.Length];
        Span<float> weights = stackalloc float[kernel.Length];
        for (int k = 0; k < kernel.Length; k++)
        {
            if (kernel[k] != 0)
            {
                (offsets[count], weights[count++]) = (k / side * stride + k % side, kernel[k]);
            }
        }

        int step = width >= Vector<float>.Count ? Vector<float>.Count : 1;
        ref float pixels = ref MemoryMarshal.GetReference(padded);
        for (int y = 0; y < height; y++)
        {
            Span<float> row = destination.Slice(y * width, width);
            for (int next = 0; next < width; next += step)
            {
                int x = Math.Min(next, width - step);
                if (step == 1)
                {
                    float sum = 0;
                    for (int k = 0; k < count; k++)
                    {
                        sum += padded[y * stride + x + offsets[k]] * weights[k];
                    }

                    row[x] = sum;
                    continue;
                }

                Vector<float> sums = Vector<float>.Zero;
                for (int k = 0; k < count; k++)
                {
                    sums += Vector.LoadUnsafe(ref pixels, (nuint)(y * stride + x + offsets[k])) * weights[k];
                }

                sums.CopyTo(row[x..]);
            }
        }
    }

    /// <summary>The largest of each pixel and those around it, which makes strokes thicker; or the smallest, which makes them thinner.</summary>
    /// <param name="source">[height, width].</param>
    /// <param name="destination">[height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="largest">Whether to take the largest.</param>
    /// <param name="diagonal">Whether the four pixels at the corners count, besides the four at the sides.</param>
    [SkipLocalsInit]
    public static void Extreme(ReadOnlySpan<float> source, Span<float> destination, int height, int width, bool largest, bool diagonal)
    {
        int stride = width + 2, size = (height + 2) * stride;
        Span<float> padded = size <= LargestOnStack ? stackalloc float[size] : new float[size];
        Pad(source, padded, height, width, border: 1);
        ReadOnlySpan<int> around = [0, 1, -1, stride, -stride, stride + 1, stride - 1, -stride + 1, -stride - 1];
        around = diagonal ? around : around[..5];
        int step = width >= Vector<float>.Count ? Vector<float>.Count : 1;
        ref float pixels = ref MemoryMarshal.GetReference(padded);
        for (int y = 0; y < height; y++)
        {
            Span<float> row = destination.Slice(y * width, width);
            for (int next = 0; next < width; next += step)
            {
                int x = Math.Min(next, width - step), centre = (y + 1) * stride + x + 1;
                if (step == 1)
                {
                    float extreme = padded[centre];
                    foreach (int offset in around)
                    {
                        extreme = largest ? Math.Max(extreme, padded[centre + offset]) : Math.Min(extreme, padded[centre + offset]);
                    }

                    row[x] = extreme;
                    continue;
                }

                Vector<float> extremes = Vector.LoadUnsafe(ref pixels, (nuint)centre);
                foreach (int offset in around)
                {
                    Vector<float> neighbour = Vector.LoadUnsafe(ref pixels, (nuint)(centre + offset));
                    extremes = largest ? Vector.Max(extremes, neighbour) : Vector.Min(extremes, neighbour);
                }

                extremes.CopyTo(row[x..]);
            }
        }
    }

    private static void Pad(ReadOnlySpan<float> source, Span<float> padded, int height, int width, int border)
    {
        padded.Clear();
        for (int y = 0; y < height; y++)
        {
            source.Slice(y * width, width).CopyTo(padded.Slice((y + border) * (width + 2 * border) + border, width));
        }
    }
}
