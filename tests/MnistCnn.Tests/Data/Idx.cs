using System.Buffers.Binary;
using System.IO.Compression;

namespace MnistCnn.Tests.Data;

/// <summary>IDX and gzip bytes put together by hand, valid or not.</summary>
internal static class Idx
{
    public static byte[] Header(byte type, params uint[] sizes)
    {
        byte[] header = new byte[4 + 4 * sizes.Length];
        (header[2], header[3]) = (type, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        }

        return header;
    }

    public static byte[] Images(int count, int height = 2, int width = 3) =>
        [.. Header(8, (uint)count, (uint)height, (uint)width), .. Enumerable.Range(0, count * height * width).Select(i => (byte)(i * 31 / 7))];

    public static byte[] Labels(int count) => [.. Header(8, (uint)count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];

    public static byte[] Gzip(params byte[] data)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return target.ToArray();
    }

    /// <summary>A gzip file whose 10-byte header is replaced by one with these flags and fields.</summary>
    public static byte[] WithHeader(byte[] gzip, byte flags, params byte[] fields) => [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3, .. fields, .. gzip.Skip(10)];

    public static byte[] Flip(byte[] data, int index, byte bits = 1)
    {
        byte[] copy = (byte[])data.Clone();
        copy[index] ^= bits;
        return copy;
    }
}
