using System.Buffers.Binary;

namespace MnistCnn.Data;

/// <summary>The central directory of a zip archive: read whole, checked against the length of the file, and refused if two members have one name.</summary>
/// <remarks>
/// Layout of an entry: signature, versions, flags (byte 8), method (10), time, CRC (16), compressed size (20), size (24), lengths of name (28), extra field
/// (30) and comment (32), attributes, offset of the local header (42), then name, extra field and comment. Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
/// </remarks>
internal static class ZipDirectory
{
    private const uint Signature = 0x02014B50;
    private const int HeaderLength = 46;
    private const int LargestDirectory = 64 << 20;
    private const ushort Zip64Field = 1;

    /// <exception cref="ZipFormatException">The directory is missing, damaged, or holds an unsafe or repeated name.</exception>
    public static (Dictionary<string, ZipMember> Members, long Offset) Read(Stream stream, string path)
    {
        ZipEnd end = ZipEnd.Read(stream, path);
        if (end.DirectorySize > LargestDirectory)
        {
            throw new ZipFormatException(path, null, $"a central directory of at most {LargestDirectory} bytes",
                FormattableString.Invariant($"{end.DirectorySize} bytes"));
        }

        byte[] bytes = new byte[end.DirectorySize];
        stream.Position = end.DirectoryOffset;
        stream.ReadExactly(bytes);
        Dictionary<string, ZipMember> members = new(StringComparer.Ordinal);
        int position = 0;
        for (long i = 0; i < end.Count; i++)
        {
            ZipMember member = ReadMember(path, bytes, ref position, i);
            if (!members.TryAdd(member.Name, member))
            {
                throw new ZipFormatException(path, member.Name, "one member of this name", "a second one");
            }
        }

        return position == bytes.Length
            ? (members, end.DirectoryOffset)
            : throw new ZipFormatException(path, null, FormattableString.Invariant($"{end.Count} members in a central directory of {bytes.Length} bytes"),
                FormattableString.Invariant($"their end after {position}"));
    }

    private static ZipMember ReadMember(string path, byte[] directory, ref int position, long index)
    {
        ReadOnlySpan<byte> rest = directory.AsSpan(position);
        if (rest.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(rest) != Signature)
        {
            throw new ZipFormatException(path, null, FormattableString.Invariant(
                $"the directory entry of member {index} at byte {position} of the central directory"), "other data or its end");
        }

        (int nameLength, int extraLength, int commentLength) = (Short(rest, 28), Short(rest, 30), Short(rest, 32));
        int length = HeaderLength + nameLength + extraLength + commentLength;
        if (rest.Length < length)
        {
            throw new ZipFormatException(path, null, FormattableString.Invariant($"{length} bytes for the directory entry of member {index}"),
                FormattableString.Invariant($"{rest.Length} bytes"));
        }

        position += length;
        int flags = Short(rest, 8);
        string name = ZipName.Read(path, rest.Slice(HeaderLength, nameLength), flags);
        // The zip64 field holds, in this order, those of the numbers that do not fit into 32 bits.
        ReadOnlySpan<byte> wide = Zip64FieldOf(rest.Slice(HeaderLength + nameLength, extraLength));
        long size = Long(path, name, rest, 24, ref wide);
        long compressed = Long(path, name, rest, 20, ref wide);
        long offset = Long(path, name, rest, 42, ref wide);
        return new ZipMember(name, flags, Short(rest, 10), BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]), compressed, size, offset);
    }

    /// <summary>A 32-bit number; if all its bits are set, the next 64-bit number of the zip64 field.</summary>
    private static long Long(string path, string name, ReadOnlySpan<byte> header, int at, ref ReadOnlySpan<byte> wide)
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (wide.Length < 8)
        {
            throw new ZipFormatException(path, name, "a zip64 field with a number of 8 bytes", "none");
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return number >= 0 ? number : throw new ZipFormatException(path, name, "a size or offset of at least 0", FormattableString.Invariant($"{number}"));
    }

    private static ReadOnlySpan<byte> Zip64FieldOf(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(Short(extra, 2), extra.Length - 4);
            if (Short(extra, 0) == Zip64Field)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
