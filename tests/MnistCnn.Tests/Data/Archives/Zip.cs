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

    private static int Entry(byte[] zip)
    {
        Span<byte> signature = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, EntrySignature);
        return zip.AsSpan().IndexOf(signature);
    }
}
