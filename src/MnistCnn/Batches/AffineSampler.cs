using System.Runtime.CompilerServices;
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
        var stride = width + 3;
        var size = (height + 3) * stride;
        var padded = size <= LargestOnStack ? stackalloc float[size] : new float[size];
        padded.Clear();
        for (var y = 0; y < height; y++)
            source.Slice(y * width, width).CopyTo(padded.Slice((y + 1) * stride + 1, width));

        var (centreX, centreY) = ((width - 1) * .5f, (height - 1) * .5f);
        ref var pixels = ref MemoryMarshal.GetReference(padded);
        for (var y = 0; y < height; y++)
        {
            var (dx, dy) = (-centreX - map.ShiftX, y - centreY - map.ShiftY);
            // 1 is the border's width; the sum is then never negative after clamping, so that truncation rounds down.
            var startX = map.Xx * dx + map.Xy * dy + centreX + 1;
            var startY = map.Yx * dx + map.Yy * dy + centreY + 1;
            var row = destination.Slice(y * width, width);
            for (var x = 0; x < row.Length; x++)
            {
                var sourceX = Math.Clamp(startX + map.Xx * x, 0, width + 1);
                var sourceY = Math.Clamp(startY + map.Yx * x, 0, height + 1);
                var (left, top) = ((int)sourceX, (int)sourceY);
                var (fractionX, fractionY) = (sourceX - left, sourceY - top);
                ref var corner = ref Unsafe.Add(ref pixels, top * stride + left);
                var upper = corner + fractionX * (Unsafe.Add(ref corner, 1) - corner);
                ref var below = ref Unsafe.Add(ref corner, stride);
                var lower = below + fractionX * (Unsafe.Add(ref below, 1) - below);
                row[x] = upper + fractionY * (lower - upper);
            }
        }
    }
}
