using System.Globalization;
using System.Numerics;

namespace MnistCnn.Data;

/// <summary>Makes images and labels of arrays of any element type.</summary>
/// <remarks>Integers are taken as 0 to 255, numbers with a fraction as 0 to 1 (multiplied by 255 and rounded), bools as 0 and 255.</remarks>
internal static class NpyImages
{
    private const string Shapes = "grey images (images, rows, columns), with or without one channel";

    /// <exception cref="NpyFormatException">The array does not hold grey images, or a pixel is out of range.</exception>
    public static (byte[] Pixels, int Count, int Height, int Width) Read(NpyInput input, NpyReaderOptions options)
    {
        NpyHeader header = NpyHeader.Read(input, options);
        (int count, int height, int width) = header.Shape switch
        {
            [var n, var h, var w] => (n, h, w),
            [var n, var h, var w, 1] => (n, h, w),
            [var n, 1, var h, var w] => (n, h, w),
            _ => (0, 0, 0),
        };
        return count > 0 && height > 0 && width > 0
            ? (ReadPixels(input, header), count, height, width)
            : throw input.Fault(input.Position, Shapes, $"the shape {header.ShapeText}");
    }

    /// <exception cref="NpyFormatException">The array does not hold one whole number for each image, or one has no class.</exception>
    public static byte[] ReadLabels(NpyInput input, int classCount, NpyReaderOptions options)
    {
        NpyHeader header = NpyHeader.Read(input, options);
        if (header.Shape is not ([> 0] or [> 0, 1]))
        {
            bool oneHot = header.Shape is [_, > 1];
            throw input.Fault(input.Position, "labels of shape (n,) or (n, 1)",
                $"the shape {header.ShapeText}{(oneHot ? " (one-hot? save labels.argmax(axis=1) instead)" : "")}");
        }

        return (header.Element.Kind, header.Element.Size) switch
        {
            ('u' or 'b', _) => Integers(input, NpyReader.ReadPayload<byte>(input, header), classCount - 1, "labels"),
            ('i', 1) => Integers(input, NpyReader.ReadPayload<sbyte>(input, header), classCount - 1, "labels"),
            ('i', 2) => Integers(input, NpyReader.ReadPayload<short>(input, header), classCount - 1, "labels"),
            ('i', 4) => Integers(input, NpyReader.ReadPayload<int>(input, header), classCount - 1, "labels"),
            ('i', _) => Integers(input, NpyReader.ReadPayload<long>(input, header), classCount - 1, "labels"),
            _ => throw input.Fault(input.Position, "labels that are whole numbers (u1, i1, i2, i4 or i8)", $"elements of type {header.Element}"),
        };
    }

    private static byte[] ReadPixels(NpyInput input, NpyHeader header) => (header.Element.Kind, header.Element.Size) switch
    {
        ('u', _) => NpyReader.ReadPayload<byte>(input, header, pinned: true),
        ('b', _) => Array.ConvertAll(NpyReader.ReadPayload<byte>(input, header), value => (byte)(value * 255)),
        ('i', 1) => Integers(input, NpyReader.ReadPayload<sbyte>(input, header), 255, "pixels"),
        ('i', 2) => Integers(input, NpyReader.ReadPayload<short>(input, header), 255, "pixels"),
        ('i', 4) => Integers(input, NpyReader.ReadPayload<int>(input, header), 255, "pixels"),
        ('i', _) => Integers(input, NpyReader.ReadPayload<long>(input, header), 255, "pixels"),
        ('f', 4) => Fractions(input, NpyReader.ReadPayload<float>(input, header)),
        _ => Fractions(input, NpyReader.ReadPayload<double>(input, header)),
    };

    private static byte[] Integers<T>(NpyInput input, T[] values, int largest, string what)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte[] bytes = new byte[values.Length];
        T top = T.CreateSaturating(largest);
        for (int i = 0; i < values.Length; i++)
        {
            if (T.IsNegative(values[i]) || values[i] > top)
            {
                throw input.Fault(
                    ElementOffset(input, values, i), string.Create(CultureInfo.InvariantCulture, $"{what} 0 to {largest}"),
                    string.Create(CultureInfo.InvariantCulture, $"{values[i]} at index {i}"));
            }

            bytes[i] = byte.CreateTruncating(values[i]);
        }

        return bytes;
    }

    private static byte[] Fractions<T>(NpyInput input, T[] values)
        where T : unmanaged, IFloatingPoint<T>
    {
        byte[] bytes = new byte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value = double.CreateChecked(values[i]);
            if (!(value >= 0 && value <= 1))
            {
                throw input.Fault(
                    ElementOffset(input, values, i),
                    $"pixels 0 to 1, as {NpyElement.Of<T>()} (pixels of 0 to 255 are saved as uint8)",
                    string.Create(CultureInfo.InvariantCulture, $"{value} at index {i}"));
            }

            bytes[i] = (byte)Math.Round(value * 255);
        }

        return bytes;
    }

    private static long ElementOffset<T>(NpyInput input, T[] values, int index)
        where T : unmanaged => input.Position - (long)NpyElement.Of<T>().Size * (values.Length - index);
}
