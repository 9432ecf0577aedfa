using System.Numerics;
using System.Runtime.Intrinsics;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// What some images show but black. Digits are black for four fifths, and wherever the window of a convolution sees black alone, its output is the same: <see cref="ForegroundConvolutions"/>
/// computes it once. Of the pixels between the first two convolutions this lists, class after class, those that see anything else;
/// of the windows of the second convolution, box after box, all. One thread at a time; allocates nothing but itself.
/// </summary>
internal sealed unsafe class Foreground
{
    private const int PlacesAtATime = 8;
    private static readonly AlignedBuffer placesOfBits = ListPlaces();
    private readonly ForegroundShape shape;
    private readonly AlignedBuffer windows, pixels, gradients, boxWindows, boxOutputs, boxOf;
    private readonly ForegroundMasks masks;
    private readonly int[] starts, boxStarts;
    private readonly ulong[] classMasks;
    private readonly int[] found;
    private readonly bool[] isLeftOut;

    /// <param name="shape">The convolutions.</param>
    /// <param name="capacity">Images at most.</param>
    public Foreground(ForegroundShape shape, int capacity)
    {
        this.shape = shape;
        int most = (capacity * shape.Pixels) + PlacesAtATime, outputs = capacity * shape.Outputs;
        (windows, pixels, gradients) = (new(most), new(most), new(most));
        (boxWindows, boxOutputs, boxOf) = (new(outputs), new(outputs), new(outputs));
        masks = new ForegroundMasks(shape, capacity);
        (starts, boxStarts, found, isLeftOut) = (new int[shape.Classes + 1], new int[shape.Boxes + 1], new int[capacity], new bool[capacity]);
        classMasks = [.. Enumerable.Range(0, shape.Classes).Select(q => ForegroundMasks.Every(shape.Second.Stride, q % shape.Second.Stride, shape.Second.Width))];
    }

    /// <summary>How many pixels are listed.</summary>
    public int Count => starts[^1];

    /// <summary>Of each listed pixel the offset of its window in the images.</summary>
    public int* Windows => (int*)windows.Pointer;

    /// <summary>Its own offset in a map of the output of the first convolution.</summary>
    public int* Pixels => (int*)pixels.Pointer;

    /// <summary>The offset of the first output of the second convolution that sees it, in padded gradients.</summary>
    public int* Gradients => (int*)gradients.Pointer;

    /// <summary>Of each window of the second convolution the offset of its first pixel.</summary>
    public int* BoxWindows => (int*)boxWindows.Pointer;

    /// <summary>And that of its output.</summary>
    public int* BoxOutputs => (int*)boxOutputs.Pointer;

    /// <summary>The pixels of a class, as places in the lists.</summary>
    public (int Start, int Count) Class(int pixelClass) => (starts[pixelClass], starts[pixelClass + 1] - starts[pixelClass]);

    /// <summary>The windows in which the foreground fills a box.</summary>
    public (int Start, int Count) Box(int box) => (boxStarts[box], boxStarts[box + 1] - boxStarts[box]);

    /// <summary>Whether an image was left out.</summary>
    public bool IsLeftOut(int image) => isLeftOut[image];

    /// <summary>Looks for the foreground.</summary>
    /// <param name="images">Images, without a gap, and a register's worth of readable memory behind them.</param>
    /// <param name="count">How many.</param>
    /// <returns>Its share of all pixels, 0 to 1.</returns>
    public float Find(float* images, int count)
    {
        int seen = 0;
        for (int n = 0; n < count; n++)
        {
            found[n] = masks.Find(n, images + ((nint)n * shape.ImageLength));
            seen += found[n];
        }

        return seen / (float)(count * shape.Pixels);
    }

    /// <summary>Makes the lists, of what <see cref="Find"/> saw.</summary>
    /// <param name="count">Images.</param>
    /// <param name="most">Share of its pixels above which an image is left out.</param>
    public void List(int count, float most = 1)
    {
        for (int n = 0; n < count; n++)
            isLeftOut[n] = found[n] > most * shape.Pixels;

        ListPixels(count);
        ListWindows(count);
    }

    /// <summary>Up to eight pixels at a time: which of them are seen chooses their places from a table, and what is written behind those is written over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ListPixels(int count)
    {
        (int stride, int height, int width, int channels, int filters) = (shape.Second.Stride, shape.Second.Height, shape.Second.Width, shape.Second.Channels, shape.Second.Filters);
        Vector256<int> windowStep = Vector256.Create(shape.First.Stride * stride), pixelStep = Vector256.Create(channels * stride), gradientStep = Vector256.Create(filters);
        int* toWindows = Windows, toPixels = Pixels, toGradients = Gradients, places = (int*)placesOfBits.Pointer;
        int at = 0;
        for (int q = 0; q < shape.Classes; q++)
        {
            (int firstRow, int firstColumn) = Math.DivRem(q, stride);
            int columns = BitOperations.PopCount(classMasks[q]);
            ulong* mask = masks.Of(0);
            starts[q] = at;
            for (int n = 0; n < count; n++, mask += height)
            {
                for (int y = isLeftOut[n] ? height : firstRow; y < height; y += stride)
                {
                    ulong seen = ForegroundMasks.Extract(mask[y], classMasks[q]);
                    int p = (y * width) + firstColumn;
                    Vector256<int> window = Vector256.Create((n * shape.ImageLength) + shape.WindowOf[p]);
                    Vector256<int> pixel = Vector256.Create((n * shape.MapLength) + (p * channels));
                    Vector256<int> gradient = Vector256.Create((n * shape.PaddedLength) + shape.GradientOf[p]);
                    for (int x = 0; x < columns; x += PlacesAtATime, seen >>= PlacesAtATime)
                    {
                        Vector256<int> place = Vector256.Load(places + (PlacesAtATime * (byte)seen)) + Vector256.Create(x);
                        (window + (place * windowStep)).Store(toWindows + at);
                        (pixel + (place * pixelStep)).Store(toPixels + at);
                        (gradient + (place * gradientStep)).Store(toGradients + at);
                        at += BitOperations.PopCount((byte)seen);
                    }
                }
            }
        }

        starts[^1] = at;
    }

    /// <summary>For each byte the places of its bits, from the lowest.</summary>
    private static AlignedBuffer ListPlaces()
    {
        AlignedBuffer table = new((byte.MaxValue + 1) * PlacesAtATime);
        for (int bits = 0; bits <= byte.MaxValue; bits++)
        {
            int* places = (int*)table.Pointer + (bits * PlacesAtATime);
            for (int left = bits; left != 0; left &= left - 1)
            {
                *places++ = BitOperations.TrailingZeroCount(left);
            }
        }

        return table;
    }

    private void ListWindows(int count)
    {
        (int stride, int kernel, int height, int width) = (shape.Second.Stride, shape.Second.Kernel, shape.Second.OutputHeight, shape.Second.OutputWidth);
        (int rows, int mapRow, int channels, int filters) = (shape.Second.Height, shape.Second.Width * shape.Second.Channels, shape.Second.Channels, shape.Second.Filters);
        int* next = stackalloc int[shape.Boxes], box = (int*)boxOf.Pointer, toWindows = BoxWindows, toOutputs = BoxOutputs;
        new Span<int>(next, shape.Boxes).Clear();
        ulong window = (1UL << kernel) - 1, taps;
        ulong* mask = masks.Of(0);
        byte[] boxes = shape.BoxOf;
        for (int n = 0; n < count; n++, mask += rows)
        {
            for (int y = isLeftOut[n] ? height * stride : 0; y < height * stride; y += stride)
            {
                for (int x = 0; x < width * stride; x += stride, box++)
                {
                    taps = 0;
                    for (int k = kernel - 1; k >= 0; k--)
                        taps = (taps << kernel) | ((mask[y + k] >> x) & window);

                    *box = boxes[taps];
                    next[*box]++;
                }
            }
        }

        for (int b = 0, total = 0; b < shape.Boxes; b++)
        {
            (boxStarts[b], next[b], total) = (total, total, total + next[b]);
            boxStarts[b + 1] = total;
        }

        box = (int*)boxOf.Pointer;
        for (int n = 0; n < count; n++)
        {
            int output = n * shape.Second.OutputLength;
            for (int y = isLeftOut[n] ? height : 0; y < height; y++)
            {
                int pixel = (n * shape.MapLength) + (y * stride * mapRow);
                for (int x = 0; x < width; x++, box++)
                {
                    int at = next[*box]++;
                    toWindows[at] = pixel;
                    toOutputs[at] = output;
                    pixel += stride * channels;
                    output += filters;
                }
            }
        }
    }
}
