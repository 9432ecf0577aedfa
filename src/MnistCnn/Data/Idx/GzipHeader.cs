using System.Buffers.Binary;
using System.Globalization;

namespace MnistCnn.Data;

/// <summary>The header of a gzip member (RFC 1952, 2.3): checked and skipped; names and comments in it are ignored.</summary>
internal static class GzipHeader
{
    private const int HeaderCrc = 2;
    private const int Extra = 4;
    private const int Name = 8;
    private const int Comment = 16;
    private const int Reserved = 0xE0;
    private const int LongestText = 32 << 10;

    public static void Skip(BufferedInput input)
    {
        Span<byte> start = stackalloc byte[10];
        uint crc = Take(input, start, 0, "the 10 bytes of a gzip header");
        if (start[2] != 8)
        {
            throw Fault(input, 2, "gzip compression method 8 (deflate)", $"{start[2]}");
        }

        byte flags = start[3];
        if ((flags & Reserved) != 0)
        {
            throw Fault(input, 3, "gzip flags without reserved bits", string.Create(CultureInfo.InvariantCulture, $"0x{flags:X2}"));
        }

        if ((flags & Extra) != 0)
        {
            crc = SkipExtra(input, crc);
        }

        if ((flags & Name) != 0)
        {
            crc = SkipText(input, crc, "file name");
        }

        if ((flags & Comment) != 0)
        {
            crc = SkipText(input, crc, "comment");
        }

        if ((flags & HeaderCrc) != 0)
        {
            VerifyCrc(input, crc);
        }
    }

    private static uint SkipExtra(BufferedInput input, uint crc)
    {
        Span<byte> length = stackalloc byte[2];
        crc = Take(input, length, crc, "the length of the gzip extra field");
        return Take(input, new byte[BinaryPrimitives.ReadUInt16LittleEndian(length)], crc, "the gzip extra field");
    }

    private static uint SkipText(BufferedInput input, uint crc, string what)
    {
        Span<byte> one = stackalloc byte[1];
        for (int length = 0; length <= LongestText; length++)
        {
            crc = Take(input, one, crc, $"the NUL byte at the end of the gzip {what}");
            if (one[0] == 0)
            {
                return crc;
            }
        }

        throw Fault(input, input.Position, $"a gzip {what} of at most {LongestText} bytes", "a longer one");
    }

    private static void VerifyCrc(BufferedInput input, uint crc)
    {
        Span<byte> stored = stackalloc byte[2];
        Take(input, stored, 0, "the gzip header's CRC");
        ushort expected = BinaryPrimitives.ReadUInt16LittleEndian(stored);
        if (expected != (ushort)crc)
        {
            throw Fault(input, input.Position - 2, string.Create(CultureInfo.InvariantCulture, $"a gzip header with the CRC 0x{expected:X4}"),
                string.Create(CultureInfo.InvariantCulture, $"0x{(ushort)crc:X4}"));
        }
    }

    private static uint Take(BufferedInput input, Span<byte> destination, uint crc, string what)
    {
        int read = input.Read(destination);
        return read == destination.Length ? Crc32.Append(crc, destination) : throw Fault(input, input.Position, what,
            $"the end of the file after {input.Position} bytes");
    }

    private static IdxFormatException Fault(BufferedInput input, long offset, string expected, string found) => new(input.Path, offset, expected, found);
}
