using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MnistCnn.Data;

/// <summary>
/// The header of an <c>.npy</c> file: magic, version, length, and a Python dictionary with <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// </summary>
/// <remarks>Versions 1 (16-bit length, Latin-1), 2 (32-bit length) and 3 (UTF-8). Source: NumPy's <c>numpy/lib/format.py</c> and NEP 1.</remarks>
internal sealed record NpyHeader(NpyElement Element, bool BigEndian, bool FortranOrder, int[] Shape, int Count)
{
    private const int LongestText = 64 << 10;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The shape in Python's spelling.</summary>
    public string ShapeText => TextOf(Shape);

    /// <exception cref="NpyFormatException">It is no such header, or it declares more than the limit or the file allows.</exception>
    public static NpyHeader Read(NpyInput input, NpyReaderOptions options)
    {
        NpyDictionary dictionary = new(input, ReadText(input));
        (NpyElement element, bool bigEndian) = NpyElement.Parse(input, dictionary.Descr);
        // The product is no longer exact once it is far beyond any limit.
        UInt128 count = dictionary.Shape.Aggregate(UInt128.One, (product, size) => UInt128.Min(product, UInt128.One << 60) * (UInt128)size);
        UInt128 bytes = count * (UInt128)element.Size;
        string declared = $"{TextOf(dictionary.Shape)} elements of {element.Size} bytes";
        if (bytes > (UInt128)options.MaxBytes || dictionary.Shape.Any(size => size > Array.MaxLength))
        {
            throw input.Fault(input.Position, string.Create(CultureInfo.InvariantCulture,
                $"at most {options.MaxBytes} bytes of data (the limit of the options)"), declared);
        }

        if (input.Remaining is { } remaining && bytes != (UInt128)remaining)
        {
            throw input.Fault(input.Position, string.Create(CultureInfo.InvariantCulture, $"{declared} = {bytes} bytes of data"),
                string.Create(CultureInfo.InvariantCulture, $"{remaining} bytes"));
        }

        return new NpyHeader(element, bigEndian, dictionary.FortranOrder, Array.ConvertAll(dictionary.Shape, size => (int)size), (int)count);
    }

    private static string ReadText(NpyInput input)
    {
        Span<byte> start = stackalloc byte[12];
        input.ReadExactly(start[..8], "the 8 bytes of an npy magic number and version");
        if (!start.StartsWith(Magic))
        {
            throw input.Fault(0, "an npy file, which begins with 0x93 'NUMPY'", $"the bytes {Convert.ToHexString(start[..6])}");
        }

        int version = start[6];
        if (version is < 1 or > 3 || start[7] != 0)
        {
            throw input.Fault(6, "npy version 1.0, 2.0 or 3.0", string.Create(CultureInfo.InvariantCulture, $"{version}.{start[7]}"));
        }

        Span<byte> size = start[8..(version == 1 ? 10 : 12)];
        input.ReadExactly(size, "the length of the npy header");
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        long largest = Math.Min(LongestText, input.Remaining ?? LongestText);
        if (length > largest)
        {
            throw input.Fault(8, string.Create(CultureInfo.InvariantCulture, $"an npy header of at most {largest} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"a length of {length}"));
        }

        byte[] text = new byte[length];
        input.ReadExactly(text, "the npy header");
        return (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text);
    }

    private static string TextOf<T>(T[] shape) => $"({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")})";
}
