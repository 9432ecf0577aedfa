using System.Numerics;

namespace MnistCnn.Kernels;

/// <summary>The greatest number of a window of pixels, channel by channel.</summary>
internal static unsafe class PoolingOperations
{
    private static readonly int width = Vector<float>.Count;

    /// <summary>The greatest number of a window, channel by channel: as libtorch, the first of equals, and NaN where there is one.</summary>
    /// <param name="source">The first pixel.</param>
    /// <param name="window">Rows and columns, and floats from row to row and from pixel to pixel.</param>
    /// <param name="channels">Floats of a pixel.</param>
    /// <param name="maxima">Receives the greatest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(float* source, (int Rows, int Columns, int Row, int Pixel) window, int channels, float* maxima)
    {
        int c = 0;
        for (; c <= channels - width; c += width)
        {
            Vector<float> most = Vector.Load(source + c);
            for (int y = 0; y < window.Rows; y++)
            {
                float* pixel = source + (nint)y * window.Row + c;
                for (int x = 0; x < window.Columns; x++, pixel += window.Pixel)
                {
                    Vector<float> value = Vector.Load(pixel);
                    most = Vector.ConditionalSelect(Vector.BitwiseOr(Vector.GreaterThan(value, most), ~Vector.Equals(value, value)), value, most);
                }
            }

            most.Store(maxima + c);
        }

        for (; c < channels; c++)
        {
            float most = source[c];
            for (int p = 1; p < window.Rows * window.Columns; p++)
            {
                float value = source[(nint)(p / window.Columns) * window.Row + p % window.Columns * window.Pixel + c];
                most = value > most || float.IsNaN(value) ? value : most;
            }

            maxima[c] = most;
        }
    }

    /// <summary>Adds the gradient of <see cref="Maximum"/> to that of the number that it took.</summary>
    /// <param name="source">The first pixel.</param>
    /// <param name="window">See <see cref="Maximum"/>.</param>
    /// <param name="channels">Floats of a pixel.</param>
    /// <param name="maxima">The greatest.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="sourceGradients">Receives the sums, at the first pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaximumBackward(float* source, (int Rows, int Columns, int Row, int Pixel) window, int channels, float* maxima, float* gradients,
        float* sourceGradients)
    {
        int c = 0;
        for (; c <= channels - width; c += width)
        {
            Vector<float> most = Vector.Load(maxima + c), gradient = Vector.Load(gradients + c);
            for (int y = 0; y < window.Rows; y++)
            {
                nint place = (nint)y * window.Row + c;
                for (int x = 0; x < window.Columns; x++, place += window.Pixel)
                {
                    Vector<float> value = Vector.Load(source + place);
                    Vector<int> isMost = Vector.BitwiseOr(Vector.Equals(value, most), ~Vector.Equals(value, value));
                    (Vector.Load(sourceGradients + place) + Vector.ConditionalSelect(isMost, gradient, Vector<float>.Zero)).Store(sourceGradients + place);
                    gradient = Vector.ConditionalSelect(isMost, Vector<float>.Zero, gradient);
                }
            }
        }

        for (; c < channels; c++)
        {
            for (int p = 0; p < window.Rows * window.Columns; p++)
            {
                nint place = (nint)(p / window.Columns) * window.Row + p % window.Columns * window.Pixel + c;
                if (source[place] == maxima[c] || float.IsNaN(source[place]))
                {
                    sourceGradients[place] += gradients[c];
                    break;
                }
            }
        }
    }
}
