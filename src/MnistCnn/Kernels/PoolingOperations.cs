using System.Numerics;

namespace MnistCnn.Kernels;

/// <summary>The greatest number of windows of pixels, channel by channel.</summary>
internal static unsafe class PoolingOperations
{
    private static readonly int Width = Vector<float>.Count;

    /// <summary>The greatest number of each window: as libtorch, the first of equals, and NaN where there is one.</summary>
    /// <param name="source">The first pixel of the first window.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="maxima">Receives the greatest, pixel by pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(float* source, in PoolingWindows windows, float* maxima)
    {
        (int rows, int columns, int channels) = (windows.Rows, windows.Columns, windows.Channels);
        nint rowStride = windows.Row;
        for (int i = 0; i < windows.Count; i++, source += windows.Step, maxima += channels)
        {
            int c = 0;
            for (; c <= channels - Width; c += Width)
            {
                Vector<float> most = Vector.Load(source + c);
                float* row = source + c;
                for (int y = 0; y < rows; y++, row += rowStride)
                {
                    float* pixel = row;
                    for (int x = 0; x < columns; x++, pixel += channels)
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
                for (int p = 1; p < rows * columns; p++)
                {
                    float value = source[p / columns * rowStride + p % columns * channels + c];
                    most = value > most || float.IsNaN(value) ? value : most;
                }

                maxima[c] = most;
            }
        }
    }

    /// <summary>Gives the gradient of <see cref="Maximum"/> to the number that it took, and zero to the others of a window.</summary>
    /// <param name="source">The first pixel of the first window.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="results">The greatest numbers, and their gradients, pixel by pixel.</param>
    /// <param name="sourceGradients">Receives the gradients, at the first pixel of the first window.</param>
    /// <param name="add">Whether they are added to what is there, since windows overlap.</param>
    /// <param name="gate">Whether the gradient of a number that is not above zero is zero, since a ReLU made it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaximumBackward(
        float* source, in PoolingWindows windows, (nint Maxima, nint Gradients) results, float* sourceGradients, bool add, bool gate)
    {
        (int rows, int columns, int channels) = (windows.Rows, windows.Columns, windows.Channels);
        float* maxima = (float*)results.Maxima, gradients = (float*)results.Gradients;
        nint rowStride = windows.Row, toGradients = (nint)(sourceGradients - source);
        for (int i = 0; i < windows.Count; i++, source += windows.Step, maxima += channels, gradients += channels)
        {
            int c = 0;
            for (; c <= channels - Width; c += Width)
            {
                Vector<float> most = Vector.Load(maxima + c), gradient = Vector.Load(gradients + c);
                gradient = gate ? Vector.ConditionalSelect(Vector.LessThanOrEqual(most, Vector<float>.Zero), Vector<float>.Zero, gradient) : gradient;
                float* row = source + c;
                for (int y = 0; y < rows; y++, row += rowStride)
                {
                    float* pixel = row;
                    for (int x = 0; x < columns; x++, pixel += channels)
                    {
                        Vector<float> value = Vector.Load(pixel);
                        Vector<int> isMost = Vector.BitwiseOr(Vector.Equals(value, most), ~Vector.Equals(value, value));
                        Vector<float> taken = Vector.ConditionalSelect(isMost, gradient, Vector<float>.Zero);
                        (add ? Vector.Load(pixel + toGradients) + taken : taken).Store(pixel + toGradients);
                        gradient = Vector.ConditionalSelect(isMost, Vector<float>.Zero, gradient);
                    }
                }
            }

            for (; c < channels; c++)
            {
                float gradient = gate && maxima[c] <= 0 ? 0 : gradients[c];
                for (int p = 0; p < rows * columns; p++)
                {
                    float* pixel = source + p / columns * rowStride + p % columns * channels + c;
                    bool isMost = *pixel == maxima[c] || float.IsNaN(*pixel);
                    pixel[toGradients] = (add ? pixel[toGradients] : 0) + (isMost ? gradient : 0);
                    gradient = isMost ? 0 : gradient;
                }
            }
        }
    }
}
