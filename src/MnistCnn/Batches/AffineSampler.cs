using System.Runtime.InteropServices;

namespace MnistCnn.Batches;

/// <summary>Bilinear sampling of an image under an affine map; outside the image everything is 0.</summary>
internal static class AffineSampler
{
    private const int LargestOnStack = 66 * 66;

    [SkipLocalsInit]
    public static void Sample(ReadOnlySpan<float> source, Span<float> destination, int height, int width, AffineMap map)
    {
        // A border of zeros makes every clamped position readable without a test.
        int stride = width + 3;
        int size = (height + 3) * stride;
        Span<float> padded = size <= LargestOnStack ? stackalloc float[size] : new float[size];
        padded.Clear();
        for (int y = 0; y < height; y++)
            source.Slice(y * width, width).CopyTo(padded.Slice((y + 1) * stride + 1, width));

        (float centreX, float centreY) = ((width - 1) * .5f, (height - 1) * .5f);
        ref float pixels = ref MemoryMarshal.GetReference(padded);
        for (int y = 0; y < height; y++)
        {
            (float dx, float dy) = (-centreX - map.ShiftX, y - centreY - map.ShiftY);
            // 1 is the border's width; the sum is then never negative after clamping, so that truncation rounds down.
            float startX = map.Xx * dx + map.Xy * dy + centreX + 1;
            float startY = map.Yx * dx + map.Yy * dy + centreY + 1;
            Span<float> row = destination.Slice(y * width, width);
            for (int x = 0; x < row.Length; x++)
            {
                float sourceX = Math.Clamp(startX + map.Xx * x, 0, width + 1);
                float sourceY = Math.Clamp(startY + map.Yx * x, 0, height + 1);
                (int left, int top) = ((int)sourceX, (int)sourceY);
                (float fractionX, float fractionY) = (sourceX - left, sourceY - top);
                ref float corner = ref Unsafe.Add(ref pixels, top * stride + left);
                float upper = corner + fractionX * (Unsafe.Add(ref corner, 1) - corner);
                ref float below = ref Unsafe.Add(ref corner, stride);
                float lower = below + fractionX * (Unsafe.Add(ref below, 1) - below);
                row[x] = upper + fractionY * (lower - upper);
            }
        }
    }
}
