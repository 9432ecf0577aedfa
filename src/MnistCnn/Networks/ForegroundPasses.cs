using System.Runtime.Intrinsics;

namespace MnistCnn.Networks;

/// <summary>The passes over single pixels that <see cref="ForegroundConvolutions"/> makes between its products. A pixel is some floats, whole registers of eight: its channels or filters.</summary>
internal static unsafe class ForegroundPasses
{
    /// <summary>result += values, where the gate is above zero.</summary>
    public static void AddGated(float* values, float* gate, float* result, int length)
    {
        for (int i = 0; i < length; i++)
            result[i] += gate[i] > 0 ? values[i] : 0;
    }

    /// <summary>Writes a pixel to all places of a map.</summary>
    public static void Fill(float* map, float* pixel, int length, int pixels)
    {
        const int nearest = 2048;
        Buffer.MemoryCopy(pixel, map, length * sizeof(float), length * sizeof(float));

        // Twice as much each time, then again and again what the nearest cache holds.
        for (int filled = length, copied; filled < length * pixels; filled += copied)
        {
            copied = Math.Min(Math.Min(filled, Math.Max(1, nearest / length) * length), (length * pixels) - filled);
            Buffer.MemoryCopy(map, map + filled, copied * sizeof(float), copied * sizeof(float));
        }
    }

    /// <summary>Subtracts a pixel from those of a row, and writes them to their places in a map too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract(float* pixel, int length, float* pixels, int* places, int count, float* map)
    {
        for (int p = 0; p < count; p++, pixels += length)
        {
            float* place = map + places[p];
            for (int c = 0; c < length; c += Vector256<float>.Count)
            {
                Vector256<float> value = Vector256.Load(pixels + c) - Vector256.Load(pixel + c);
                value.Store(pixels + c);
                value.Store(place + c);
            }
        }
    }

    /// <summary>Zeros at some places of a map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clear(float* map, int* places, int count, int length)
    {
        for (int p = 0; p < count; p++)
        {
            float* place = map + places[p];
            for (int c = 0; c < length; c += Vector256<float>.Count)
                Vector256<float>.Zero.Store(place + c);
        }
    }

    /// <summary>Copies the gradients of the second convolution's outputs to where there are zeros around them, and sums them up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pad(float* gradients, int count, ForegroundShape shape, float* padded, float* sums)
    {
        (int filters, int width, int height) = (shape.Second.Filters, shape.Second.OutputWidth, shape.Second.OutputHeight);
        for (int f = 0; f < filters; f += Vector256<float>.Count)
        {
            Vector256<float> even = Vector256<float>.Zero, odd = even;
            float* from = gradients + f;
            for (int n = 0; n < count; n++)
            {
                for (int y = 0; y < height; y++)
                {
                    float* to = padded + ((nint)n * shape.PaddedLength) + shape.Padded(y, 0) + f;
                    for (int x = 0; x < width; x++, from += filters, to += filters)
                    {
                        Vector256<float> value = Vector256.Load(from);
                        value.Store(to);
                        (even, odd) = (odd, even + value);
                    }
                }
            }

            (even + odd).Store(sums + f);
        }
    }

    /// <summary>Zeros for the gradients of pixels, less black, that a ReLU holds: they are black below it. From the rest are taken the gradients as they were, and to the sums added as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* gradients, float* pixels, int count, int length, float* black, float* rest, float* sums)
    {
        for (int c = 0; c < length; c += Vector256<float>.Count)
        {
            Vector256<float> threshold = -Vector256.Load(black + c), left = Vector256.Load(rest + c), sum = Vector256.Load(sums + c);
            float* gradient = gradients + c, pixel = pixels + c;
            for (int p = 0; p < count; p++, gradient += length, pixel += length)
            {
                Vector256<float> value = Vector256.Load(gradient);
                left -= value;
                value &= Vector256.GreaterThan(Vector256.Load(pixel), threshold);
                sum += value;
                value.Store(gradient);
            }

            left.Store(rest + c);
            sum.Store(sums + c);
        }
    }

    /// <summary>Adds ofRows[r mod length] × ofColumns[c] to each row r and column c of a packed matrix: see <see cref="Kernels.SimdKernels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(float* ofRows, int length, float* ofColumns, int columns, int panel, int rows, float* packed)
    {
        for (int first = 0; first < columns; first += panel)
        {
            for (int row = 0; row < rows; row++, packed += panel)
            {
                for (int c = 0; c < panel; c += Vector256<float>.Count)
                    (Vector256.Load(packed + c) + (ofRows[row % length] * Vector256.Load(ofColumns + first + c))).Store(packed + c);
            }
        }
    }
}
