using System.Numerics;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// Where things are for <see cref="Foreground"/>. Immutable.
/// The pixels between the two convolutions fall into classes by their coordinates modulo the stride of the second: those of a class meet the same taps of its window, edges aside.
/// What a window of the second sees of the foreground lies in a box: a range of its rows and one of its columns. Box 0 is empty.
/// <code>
/// padded gradients of the outputs  [side, side, filters]   zeros around them, where the edges' missing outputs would be
/// </code>
/// </summary>
internal sealed class ForegroundShape
{
    private readonly TapOrder order;
    private readonly (int First, int Count)[] ranges;
    private readonly int ring;

    public ForegroundShape(ConvolutionShape first, ConvolutionShape second)
    {
        (First, Second, order) = (first, second, new TapOrder(second.Kernel, second.Stride));
        (Pixels, Outputs, ImageLength, MapLength) = (second.Height * second.Width, second.OutputHeight * second.OutputWidth, first.InputLength, second.InputLength);
        ring = (second.Kernel - 1) / second.Stride;
        // What is behind a row is before the next one, and behind an image before the next.
        int columns = Behind(second.Width, second.OutputWidth) + second.OutputWidth, rows = ring + second.OutputHeight + Behind(second.Height, second.OutputHeight);
        PaddedRow = columns * second.Filters;
        PaddedLength = (rows * PaddedRow) + (columns * second.Filters);
        WindowOf = [.. Enumerable.Range(0, Pixels).Select(p => ((p / second.Width * first.Width) + (p % second.Width)) * first.Stride)];
        GradientOf = [.. Enumerable.Range(0, Pixels).Select(p => Padded(FirstOutput(p / second.Width), FirstOutput(p % second.Width)))];
        ranges = [.. Enumerable.Range(0, second.Kernel).SelectMany(start => Enumerable.Range(1, second.Kernel - start).Select(count => (start, count)))];
        BoxOf = [.. Enumerable.Range(0, 1 << (second.Kernel * second.Kernel)).Select(BoxAround)];

        int Behind(int length, int outputs) => Math.Max(ring, ((length - 1) / second.Stride) - outputs + 1);
    }

    public ConvolutionShape First { get; }

    public ConvolutionShape Second { get; }

    /// <summary>Pixels of an image between the convolutions.</summary>
    public int Pixels { get; }

    /// <summary>Outputs of an image, of the second convolution.</summary>
    public int Outputs { get; }

    /// <summary>Floats of an image.</summary>
    public int ImageLength { get; }

    /// <summary>Floats of an image between the convolutions.</summary>
    public int MapLength { get; }

    /// <summary>Floats from row to row of padded gradients.</summary>
    public int PaddedRow { get; }

    /// <summary>Floats of the padded gradients of an image.</summary>
    public int PaddedLength { get; }

    /// <summary>Of each pixel the offset of its window in the image.</summary>
    public int[] WindowOf { get; }

    /// <summary>Of each pixel the offset of the first output that sees it, in padded gradients.</summary>
    public int[] GradientOf { get; }

    public int Classes => Second.Stride * Second.Stride;

    public int Boxes => 1 + (ranges.Length * ranges.Length);

    /// <summary>The box around the foreground in a window, given a bit for each tap.</summary>
    public byte[] BoxOf { get; }

    /// <summary>Whether two convolutions, the first of images of one channel, can be computed this way.</summary>
    public static bool Supports(ConvolutionShape first, ConvolutionShape second) => first is { Channels: 1, Width: <= 64 } && second.Kernel <= 3;

    /// <summary>Offset of an output in padded gradients.</summary>
    public int Padded(int y, int x) => ((ring + y) * PaddedRow) + ((ring + x) * Second.Filters);

    /// <summary>Rows and columns of the taps that the pixels of a class meet, in the order of the outputs that they meet there.</summary>
    public (int[] Rows, int[] Columns) TapsOf(int pixelClass) => (order.Of(pixelClass / Second.Stride), order.Of(pixelClass % Second.Stride));

    /// <summary>Where the first tap of a class is in weights from <see cref="Convolution.PackBackward"/>, in rows of them.</summary>
    public int BackwardRow(int pixelClass)
    {
        (int[] rows, int[] columns) = TapsOf(pixelClass);
        return rows.Length * columns.Length == 0 ? 0 : ((order.Position(rows[0]) * Second.Kernel) + order.Position(columns[0])) * Second.Filters;
    }

    public (int Y, int Height, int X, int Width) Box(int box)
    {
        ((int y, int height), (int x, int width)) = (ranges[(box - 1) / ranges.Length], ranges[(box - 1) % ranges.Length]);
        return (y, height, x, width);
    }

    private int FirstOutput(int coordinate) => order.Of(coordinate) is [int tap, ..] ? (coordinate - tap) / Second.Stride : 0;

    private byte BoxAround(int taps)
    {
        int rows = 0, columns = 0;
        for (int y = 0; y < Second.Kernel; y++)
        {
            int row = (taps >> (y * Second.Kernel)) & ((1 << Second.Kernel) - 1);
            (rows, columns) = (rows | (row == 0 ? 0 : 1 << y), columns | row);
        }

        return (byte)(taps == 0 ? 0 : 1 + (Range(rows) * ranges.Length) + Range(columns));
    }

    private int Range(int bits)
    {
        int first = BitOperations.TrailingZeroCount(bits);
        return Array.IndexOf(ranges, (first, BitOperations.Log2((uint)bits) + 1 - first));
    }
}
