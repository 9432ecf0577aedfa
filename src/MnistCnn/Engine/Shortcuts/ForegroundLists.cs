using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistCnn.Engine;

/// <summary>
/// The foreground of some images: of the pixels of the map between two convolutions those that see anything but black, listed by classes. A class has the same
/// coordinates modulo the stride of the second convolution, so that its pixels meet the same taps of the window, edges aside.
/// </summary>
internal readonly unsafe ref struct ForegroundLists
{
    private const int AtATime = 8;
    private readonly Convolution first, second;
    private readonly ulong* masks;
    private readonly int* starts;

    /// <param name="first">The first convolution.</param>
    /// <param name="second">The second one.</param>
    /// <param name="memory">As much as <see cref="Length"/>, aligned.</param>
    public ForegroundLists(Convolution first, Convolution second, float* memory)
    {
        this.first = first;
        this.second = second;
        int pixels = MostPixels(first);
        masks = (ulong*)memory;
        starts = (int*)(masks + ForegroundConvolutions.MostImages * first.Output.Shape.Height);
        Windows = starts + Classes + 1;
        Pixels = Windows + pixels;
        Gradients = Pixels + pixels;
    }

    /// <summary>Of each listed pixel the offset of its window in the images.</summary>
    public int* Windows { get; }

    /// <summary>Its own offset in the map.</summary>
    public int* Pixels { get; }

    /// <summary>The offset of the first output of the second convolution that sees it, in padded gradients.</summary>
    public int* Gradients { get; }

    /// <summary>How many pixels are listed.</summary>
    public int Count => starts[Classes];

    private int Stride => second.Description.Stride;

    private int Classes => Stride * Stride;

    /// <summary>Floats of memory.</summary>
    public static int Length(Convolution first, Convolution second) =>
        2 * ForegroundConvolutions.MostImages * first.Output.Shape.Height + second.Description.Stride * second.Description.Stride + 1 + 3 * MostPixels(first);

    /// <summary>The pixels of a class, as places in the lists.</summary>
    public (int Start, int Count) Class(int pixelClass) => (starts[pixelClass], starts[pixelClass + 1] - starts[pixelClass]);

    /// <summary>Looks for the foreground of images, behind which a register's worth of memory is readable.</summary>
    /// <returns>How many pixels see anything but black.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(float* images, int count)
    {
        (int width, int kernel, int step, int height) =
            (first.Input.Shape.Width, first.Description.Kernel, first.Description.Stride, first.Output.Shape.Height);
        ulong columns = Every(0, first.Output.Shape.Width * step, step);
        int total = 0;
        for (int n = 0; n < count; n++, images += first.Input.ImageStride)
        {
            for (int y = 0; y < height; y++)
            {
                ulong ink = 0, seen = 0;
                for (float* row = images + y * step * width, end = row + kernel * width; row < end; row += width)
                {
                    for (int x = 0; x < width; x += Vector512<float>.Count)
                    {
                        ink |= (~Vector512.Equals(Vector512.Load(row + x), Vector512<float>.Zero).ExtractMostSignificantBits() & ushort.MaxValue) << x;
                    }
                }

                ink &= ulong.MaxValue >> 64 - width;
                for (int k = 0; k < kernel; k++)
                {
                    seen |= ink >> k;
                }

                masks[n * height + y] = Bmi2.X64.ParallelBitExtract(seen, columns);
                total += BitOperations.PopCount(masks[n * height + y]);
            }
        }

        return total;
    }

    /// <summary>Makes the lists of what <see cref="Find"/> saw, up to eight pixels at a time.</summary>
    /// <param name="count">Images.</param>
    /// <param name="gradientOf">Of each pixel the offset of the first output that sees it, in padded gradients of one image.</param>
    /// <param name="paddedLength">From image to image of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void List(int count, int[] gradientOf, int paddedLength)
    {
        (int step, int stride, MapLayout map, MapLayout input) = (first.Description.Stride, Stride, first.Output, first.Input);
        Vector256<int> windowStep = Vector256.Create(step * stride), pixelStep = Vector256.Create(map.PixelStride * stride),
            gradientStep = Vector256.Create(second.Output.PixelStride);
        int* windows = Windows, pixels = Pixels, gradients = Gradients;
        int at = 0;
        for (int q = 0; q < Classes; q++)
        {
            (int firstRow, int firstColumn) = Math.DivRem(q, stride);
            ulong columns = Every(firstColumn, map.Shape.Width, stride);
            starts[q] = at;
            for (int n = 0; n < count; n++)
            {
                for (int y = firstRow; y < map.Shape.Height; y += stride)
                {
                    ulong seen = Bmi2.X64.ParallelBitExtract(masks[n * map.Shape.Height + y], columns);
                    Vector256<int> window = Vector256.Create(n * input.ImageStride + input.Offset(y, firstColumn) * step),
                        pixel = Vector256.Create(n * map.ImageStride + map.Offset(y, firstColumn));
                    Vector256<int> gradient = Vector256.Create(n * paddedLength + gradientOf[y * map.Shape.Width + firstColumn]);
                    for (int x = 0; seen != 0; x += AtATime, seen >>= AtATime)
                    {
                        // What is written behind the pixels that are seen is written over.
                        ulong bytes = Bmi2.X64.ParallelBitDeposit(seen, 0x0101010101010101) * byte.MaxValue;
                        Vector256<int> place = Avx2.ConvertToVector256Int32(
                            Vector128.CreateScalar(Bmi2.X64.ParallelBitExtract(0x0706050403020100, bytes)).AsByte()) + Vector256.Create(x);
                        (window + place * windowStep).Store(windows + at);
                        (pixel + place * pixelStep).Store(pixels + at);
                        (gradient + place * gradientStep).Store(gradients + at);
                        at += BitOperations.PopCount((byte)seen);
                    }
                }
            }
        }

        starts[Classes] = at;
    }

    private static int MostPixels(Convolution first) => ForegroundConvolutions.MostImages * first.Output.Shape.Height * first.Output.Shape.Width + AtATime;

    /// <summary>A bit at every <paramref name="step"/>th place of a range.</summary>
    private static ulong Every(int first, int end, int step)
    {
        ulong mask = 0;
        for (int i = first; i < Math.Min(end, 64); i += step)
        {
            mask |= 1UL << i;
        }

        return mask;
    }
}
