using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Batches;

/// <summary>Bilinear sampling of an image under an affine map, and under offsets besides; outside the image everything is 0.</summary>
internal static unsafe class AffineSampler
{
    private const int LargestOnStack = 66 * 66;
    private const int WidestOnStack = 256;

    /// <summary>Samples an image.</summary>
    /// <param name="source">[height, width].</param>
    /// <param name="destination">[height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="map">From a pixel of the destination to its place in the source.</param>
    /// <param name="offsets">What is added to that place; none where it is empty.</param>
    [SkipLocalsInit]
    public static void Sample(
        ReadOnlySpan<float> source, Span<float> destination, int height, int width, AffineMap map, OffsetGrid offsets = default)
    {
        // A border of zeros makes every clamped position readable without a test.
        int stride = width + 3;
        int size = (height + 3) * stride;
        Span<float> padded = size <= LargestOnStack ? stackalloc float[size] : new float[size];
        padded.Clear();
        for (int y = 0; y < height; y++)
        {
            source.Slice(y * width, width).CopyTo(padded.Slice((y + 1) * stride + 1, width));
        }

        Span<float> places = width <= WidestOnStack ? stackalloc float[2 * width] : new float[2 * width];
        Span<float> xs = places[..width], ys = places[width..];
        (float centreX, float centreY) = ((width - 1) * .5f, (height - 1) * .5f);
        for (int y = 0; y < height; y++)
        {
            (float dx, float dy) = (-centreX - map.ShiftX, y - centreY - map.ShiftY);
            // 1 is the border's width; the sum is then never negative after clamping, so that truncation rounds down.
            float startX = map.Xx * dx + map.Xy * dy + centreX + 1;
            float startY = map.Yx * dx + map.Yy * dy + centreY + 1;
            for (int x = 0; x < width; x++)
            {
                xs[x] = startX + map.Xx * x;
                ys[x] = startY + map.Yx * x;
            }

            offsets.AddTo(xs, ys, y, height);
            SampleRow(padded, stride, xs, ys, destination.Slice(y * width, width));
        }
    }

    private static void SampleRow(ReadOnlySpan<float> padded, int stride, ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, Span<float> row)
    {
        (float lastX, float lastY) = (stride - 2, padded.Length / stride - 2);
        int x = 0;
        fixed (float* pixels = padded)
        {
            if (Avx2.IsSupported)
            {
                ref float places = ref MemoryMarshal.GetReference(xs);
                ref float heights = ref MemoryMarshal.GetReference(ys);
                for (; x <= row.Length - Vector256<float>.Count; x += Vector256<float>.Count)
                {
                    Vector256<float> sourceX = Clamp(Vector256.LoadUnsafe(ref places, (nuint)x), lastX);
                    Vector256<float> sourceY = Clamp(Vector256.LoadUnsafe(ref heights, (nuint)x), lastY);
                    (Vector256<int> left, Vector256<int> top) = (Avx.ConvertToVector256Int32WithTruncation(sourceX),
                        Avx.ConvertToVector256Int32WithTruncation(sourceY));
                    Vector256<float> fractionX = sourceX - Vector256.ConvertToSingle(left), fractionY = sourceY - Vector256.ConvertToSingle(top);
                    Vector256<int> corner = Avx2.MultiplyLow(top, Vector256.Create(stride)) + left;
                    Vector256<float> upper = Between(pixels, corner, fractionX), lower = Between(pixels + stride, corner, fractionX);
                    (upper + fractionY * (lower - upper)).CopyTo(row[x..]);
                }
            }

            for (; x < row.Length; x++)
            {
                (float sourceX, float sourceY) = (Math.Clamp(xs[x], 0, lastX), Math.Clamp(ys[x], 0, lastY));
                (int left, int top) = ((int)sourceX, (int)sourceY);
                (float fractionX, float fractionY) = (sourceX - left, sourceY - top);
                float* corner = pixels + top * stride + left;
                float upper = corner[0] + fractionX * (corner[1] - corner[0]);
                float lower = corner[stride] + fractionX * (corner[stride + 1] - corner[stride]);
                row[x] = upper + fractionY * (lower - upper);
            }
        }
    }

    private static Vector256<float> Clamp(Vector256<float> place, float last) =>
        Vector256.Min(Vector256.Max(place, Vector256<float>.Zero), Vector256.Create(last));

    private static Vector256<float> Between(float* pixels, Vector256<int> left, Vector256<float> fraction)
    {
        Vector256<float> first = Avx2.GatherVector256(pixels, left, sizeof(float));
        return first + fraction * (Avx2.GatherVector256(pixels + 1, left, sizeof(float)) - first);
    }
}
