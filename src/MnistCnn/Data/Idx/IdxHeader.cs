using System.Buffers.Binary;
using System.Globalization;

namespace MnistCnn.Data;

/// <summary>The header of an IDX file: two zero bytes, type code, rank, and one big-endian 32-bit size for each dimension.</summary>
internal sealed class IdxHeader
{
    public const int MaxRank = 8;

    private IdxHeader(IdxElementType elementType, int[] dimensions, long payloadBytes)
    {
        ElementType = elementType;
        Dimensions = dimensions;
        PayloadBytes = payloadBytes;
    }

    public IdxElementType ElementType { get; }

    public int[] Dimensions { get; }

    public long PayloadBytes { get; }

    public int Length => 4 + 4 * Dimensions.Length;

    public static string Describe(int magic) => magic switch
    {
        0x00000803 => "IDX magic 0x00000803 (images)",
        0x00000801 => "IDX magic 0x00000801 (labels)",
        _ => string.Create(CultureInfo.InvariantCulture, $"IDX magic 0x{magic:X8}"),
    };

    /// <param name="input">An input at its first byte.</param>
    /// <param name="options">Limits.</param>
    /// <param name="magic">The only magic number to accept, or null for every valid one.</param>
    public static IdxHeader Read(IdxInput input, IdxReaderOptions options, int? magic = null)
    {
        Span<byte> bytes = stackalloc byte[4 + 4 * MaxRank];
        input.ReadExactly(bytes[..4], "the 4 bytes of the IDX magic number");
        int found = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (magic is { } wanted && found != wanted)
        {
            throw input.Fault(0, Describe(wanted), Describe(found));
        }

        if ((found >>> 16) != 0)
        {
            throw input.Fault(0, "an IDX file, which begins with two zero bytes", Describe(found));
        }

        if (!IdxElement.IsKnown(found >> 8))
        {
            throw input.Fault(2, "an IDX type code (0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E)", string.Create(CultureInfo.InvariantCulture, $"0x{found >> 8:X2}"));
        }

        int rank = found & 0xFF;
        if (rank is < 1 or > MaxRank)
        {
            throw input.Fault(3, "1 to 8 dimensions", string.Create(CultureInfo.InvariantCulture, $"{rank}"));
        }

        input.ReadExactly(bytes.Slice(4, 4 * rank), string.Create(CultureInfo.InvariantCulture, $"{4 * rank} bytes of sizes"));
        return Create(input, (IdxElementType)(found >> 8), bytes.Slice(4, 4 * rank), options.MaxBytes);
    }

    private static IdxHeader Create(IdxInput input, IdxElementType type, ReadOnlySpan<byte> sizes, long maxBytes)
    {
        uint[] dimensions = new uint[sizes.Length / 4];
        UInt128 bytes = (uint)IdxElement.SizeOf(type);
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * i)..]);
            if (dimensions[i] == 0)
            {
                throw input.Fault(4 + 4 * i, "at least 1 item in each dimension", $"sizes {string.Join(" × ", dimensions[..(i + 1)])}");
            }
            // The product is no longer exact once it is far beyond any limit; 8 dimensions of 2^32 would overflow even 128 bits.
            bytes = UInt128.Min(bytes, UInt128.One << 90) * dimensions[i];
        }

        string declared = string.Create(CultureInfo.InvariantCulture, $"{string.Join(" × ", dimensions)} items of {IdxElement.SizeOf(type)} bytes");
        if (bytes > (UInt128)maxBytes)
        {
            throw input.Fault(4, string.Create(CultureInfo.InvariantCulture, $"at most {maxBytes} bytes of data (the limit of the options)"), declared);
        }

        if (input.LargestRemainder is { } largest && bytes > (UInt128)largest)
        {
            throw input.Fault(4, string.Create(CultureInfo.InvariantCulture, $"{declared} = {bytes} bytes of data"),
                string.Create(CultureInfo.InvariantCulture, $"a file that holds at most {largest}"));
        }

        return new IdxHeader(type, Array.ConvertAll(dimensions, size => (int)size), (long)bytes);
    }
}
