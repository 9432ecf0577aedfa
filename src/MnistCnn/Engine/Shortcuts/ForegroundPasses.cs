using System.Runtime.Intrinsics;

namespace MnistCnn.Engine;

/// <summary>
/// The passes over single pixels that <see cref="ForegroundConvolutions"/> makes between its products. A pixel is some floats, whole registers of eight: its
/// channels or filters.
/// </summary>
internal static unsafe class ForegroundPasses
{
    /// <summary>Takes some pixels of a map, less another one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract(float* map, int* places, int count, float* pixel, int length, float* pixels)
    {
        for (int p = 0; p < count; p++, pixels += length)
        {
            float* place = map + places[p];
            for (int c = 0; c < length; c += Vector256<float>.Count)
            {
                (Vector256.Load(place + c) - Vector256.Load(pixel + c)).Store(pixels + c);
            }
        }
    }

    /// <summary>Copies gradients to where there are zeros around them, at other strides from image to image and from row to row.</summary>
    public static void Pad(float* gradients, int count, MapLayout layout, float* padded, (int Image, int Row) strides)
    {
        int bytes = layout.Shape.Width * layout.PixelStride * sizeof(float);
        for (nint n = 0; n < count; n++)
        {
            for (int y = 0; y < layout.Shape.Height; y++)
            {
                Buffer.MemoryCopy(gradients + n * layout.ImageStride + layout.Offset(y, 0), padded + n * strides.Image + y * strides.Row, bytes, bytes);
            }
        }
    }

    /// <summary>
    /// Zeros for the gradients of pixels, less black, that a ReLU holds: they are black below it. From the rest are taken the gradients as they were, and to
    /// the sums added as they are.
    /// </summary>
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

    /// <summary>Adds ofRows[r mod length] × ofColumns[c] to each row r and column c of a packed matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(float* ofRows, int length, float* ofColumns, (int Columns, int Panel, int Rows) matrix, float* packed)
    {
        for (int first = 0; first < matrix.Columns; first += matrix.Panel)
        {
            for (int row = 0; row < matrix.Rows; row++, packed += matrix.Panel)
            {
                for (int c = 0; c < matrix.Panel; c += Vector256<float>.Count)
                {
                    (Vector256.Load(packed + c) + ofRows[row % length] * Vector256.Load(ofColumns + first + c)).Store(packed + c);
                }
            }
        }
    }
}
