using System.Buffers.Binary;
using System.IO.Compression;

namespace MnistCnn.Tests.Data;

/// <summary>Zip archives written by the framework, an implementation of its own, and bytes changed in them by hand.</summary>
internal static class Zip
{
    // Offsets of fields from the signature of a central directory entry.
    public const int Flags = 8;
    public const int Method = 10;
    public const int Crc = 16;
    public const int CompressedSize = 20;
    public const int Size = 24;
    public const int HeaderOffset = 42;

    private const int NameLength = 28, ExtraLength = 30, EntryHeader = 46;

    // The record at the end of an archive without a comment, and the length of the directory in it.
    private const int EndRecord = 22, DirectoryLength = 12;

    private const uint EntrySignature = 0x02014B50;

    public static byte[] Of(params IEnumerable<(string Name, byte[] Content)> members) => Of(CompressionLevel.Optimal, members);

    public static byte[] Of(CompressionLevel level, params IEnumerable<(string Name, byte[] Content)> members)
    {
        using MemoryStream target = new();
        using (ZipArchive zip = new(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in members)
            {
                using Stream member = zip.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return target.ToArray();
    }

    /// <summary>Replaces a 32-bit field in the directory entry of the first member.</summary>
    public static byte[] WithField(byte[] zip, int field, uint value)
    {
        byte[] copy = (byte[])zip.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(Entry(zip) + field), value);
        return copy;
    }

    /// <summary>Replaces a 16-bit field in the directory entry and, at <paramref name="localField"/>, in the header of the first member.</summary>
    public static byte[] WithShort(byte[] zip, int field, int localField, ushort value)
    {
        byte[] copy = (byte[])zip.Clone();
        BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(Entry(zip) + field), value);
        BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(localField), value);
        return copy;
    }

    /// <summary>Declares a size of 64 bits in the directory entry of the first and only member, in a zip64 field.</summary>
    public static byte[] WithSize(byte[] zip, long size)
    {
        byte[] field = [1, 0, 8, 0, .. new byte[8]];
        BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(4), size);
        byte[] marked = WithField(zip, Size, uint.MaxValue);
        int entry = Entry(zip), end = entry + EntryHeader + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(entry + NameLength));
        BinaryPrimitives.WriteUInt16LittleEndian(marked.AsSpan(entry + ExtraLength), (ushort)field.Length);
        byte[] wide = [.. marked[..end], .. field, .. marked[end..]];
        BinaryPrimitives.WriteInt32LittleEndian(wide.AsSpan(wide.Length - EndRecord + DirectoryLength), end + field.Length - entry);
        return wide;
    }

    private static int Entry(byte[] zip)
    {
        Span<byte> signature = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, EntrySignature);
        return zip.AsSpan().IndexOf(signature);
    }
}
