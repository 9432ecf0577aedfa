using System.Buffers.Binary;

namespace MnistCnn.Data;

/// <summary>The end record of a zip archive: where its central directory is and how many members it lists.</summary>
/// <remarks>Source: PKWARE APPNOTE 6.3.10, sections 4.3.14 to 4.3.16 (zip64).</remarks>
/// <param name="Count">The number of members.</param>
/// <param name="DirectoryOffset">Where the central directory begins.</param>
/// <param name="DirectorySize">Its length in bytes.</param>
internal readonly record struct ZipEnd(long Count, long DirectoryOffset, long DirectorySize)
{
    private const uint Signature = 0x06054B50;
    private const uint LocatorSignature = 0x07064B50;
    private const uint Zip64Signature = 0x06064B50;
    private const int Length = 22;
    private const int LocatorLength = 20;
    private const int Zip64Length = 56;
    private const int SmallestEntry = 46;

    /// <exception cref="ZipFormatException">The file does not end as a zip archive does, or its numbers do not fit its length.</exception>
    public static ZipEnd Read(Stream stream, string path)
    {
        byte[] tail = new byte[Math.Min(stream.Length, Length + ushort.MaxValue)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        int at = Find(tail);
        if (at < 0)
        {
            throw new ZipFormatException(path, null, "a zip archive, which ends in the record of its central directory",
                FormattableString.Invariant($"none at the end of {stream.Length} bytes"));
        }

        long recordOffset = stream.Length - tail.Length + at;
        ReadOnlySpan<byte> record = tail.AsSpan(at);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) is not (0 or uint.MaxValue))
        {
            throw new ZipFormatException(path, null, "an archive in one file", "one of several parts");
        }

        ZipEnd end = new(BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), BinaryPrimitives.ReadUInt32LittleEndian(record[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));
        if (end.Count == ushort.MaxValue || end.DirectoryOffset == uint.MaxValue || end.DirectorySize == uint.MaxValue)
        {
            end = ReadZip64(stream, recordOffset) ?? end;
        }

        return end.Checked(path, recordOffset);
    }

    private static int Find(ReadOnlySpan<byte> tail)
    {
        for (int at = tail.Length - Length; at >= 0; at--)
        {
            // The comment after the record must reach exactly to the end of the file.
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail[at..]) == Signature
                && at + Length + BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]) == tail.Length)
            {
                return at;
            }
        }

        return -1;
    }

    private static ZipEnd? ReadZip64(Stream stream, long recordOffset)
    {
        if (recordOffset < LocatorLength + Zip64Length)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[Zip64Length];
        stream.Position = recordOffset - LocatorLength;
        stream.ReadExactly(bytes[..LocatorLength]);
        long offset = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LocatorSignature || offset < 0 || offset > recordOffset - LocatorLength - Zip64Length)
        {
            return null;
        }

        stream.Position = offset;
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Zip64Signature
            ? new ZipEnd(BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]))
            : null;
    }

    private ZipEnd Checked(string path, long recordOffset)
    {
        if (DirectoryOffset < 0 || DirectorySize < 0 || DirectoryOffset > recordOffset || DirectorySize > recordOffset - DirectoryOffset)
        {
            throw new ZipFormatException(
                path, null, FormattableString.Invariant($"a central directory that ends before byte {recordOffset}"),
                FormattableString.Invariant($"one of {DirectorySize} bytes at byte {DirectoryOffset}"));
        }

        return Count >= 0 && Count <= DirectorySize / SmallestEntry
            ? this
            : throw new ZipFormatException(
                path, null, FormattableString.Invariant($"at most {DirectorySize / SmallestEntry} members in a central directory of {DirectorySize} bytes"),
                FormattableString.Invariant($"{Count} members"));
    }
}
