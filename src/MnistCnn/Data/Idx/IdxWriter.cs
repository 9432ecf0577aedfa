using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>Writes IDX, the format of the MNIST files: every element type, 1 to 8 dimensions, plain or gzip.</summary>
/// <remarks>
/// What it writes, <see cref="IdxReader"/>, torchvision and other readers of the format read back exactly. Equal data gives equal bytes: no time and no name is
/// stored. Thread-safe.
/// </remarks>
public static class IdxWriter
{
    private const int Chunk = 64 << 10;

    /// <summary>Writes a file, compressed if its name ends in <c>.gz</c>. An existing file is replaced in one step, once the new one is complete.</summary>
    /// <typeparam name="T">The element type: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="path">Where to write; the folder must exist.</param>
    /// <param name="values">The elements, last dimension fastest.</param>
    /// <param name="dimensions">1 to 8 sizes, each at least 1, whose product is the number of values.</param>
    /// <exception cref="ArgumentException">The dimensions are not of that kind.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, is unharmed.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> values, params ReadOnlySpan<int> dimensions)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] header = Header<T>(values.Length, dimensions);
        bool gzip = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        unsafe
        {
            fixed (T* start = values)
            {
                // A lambda cannot hold a span; the pointer stays valid, because the write ends before this method does.
                (nint address, int count) = ((nint)start, values.Length);
                AtomicFile.Write(path, stream => WriteAll(stream, header, new ReadOnlySpan<T>((void*)address, count), gzip));
            }
        }
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    /// <typeparam name="T">The element type: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="stream">Written from where it stands.</param>
    /// <param name="gzip">Whether to compress.</param>
    /// <param name="values">The elements, last dimension fastest.</param>
    /// <param name="dimensions">1 to 8 sizes, each at least 1, whose product is the number of values.</param>
    /// <exception cref="ArgumentException">The dimensions are not of that kind.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    public static void Write<T>(Stream stream, bool gzip, ReadOnlySpan<T> values, params ReadOnlySpan<int> dimensions)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteAll(stream, Header<T>(values.Length, dimensions), values, gzip);
    }

    private static byte[] Header<T>(int count, ReadOnlySpan<int> dimensions)
        where T : unmanaged
    {
        IdxElementType type = IdxElement.TypeOf<T>();
        if (dimensions.Length is < 1 or > IdxHeader.MaxRank)
        {
            throw new ArgumentException($"Expected 1 to {IdxHeader.MaxRank} dimensions, found {dimensions.Length}.", nameof(dimensions));
        }

        byte[] header = new byte[4 + 4 * dimensions.Length];
        (header[2], header[3]) = ((byte)type, (byte)dimensions.Length);
        long product = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i] < 1)
            {
                throw new ArgumentException($"Expected dimensions of at least 1, found {dimensions[i]}.", nameof(dimensions));
            }

            product = Math.Min(product, int.MaxValue) * dimensions[i];
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), dimensions[i]);
        }

        return product == count
            ? header
            : throw new ArgumentException($"Expected {string.Join(" × ", dimensions.ToArray())} values, as the dimensions say, found {count}.",
                nameof(dimensions));
    }

    private static void WriteAll<T>(Stream stream, byte[] header, ReadOnlySpan<T> values, bool gzip)
        where T : unmanaged
    {
        using GZipStream? compressed = gzip ? new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true) : null;
        Stream target = compressed ?? stream;
        target.Write(header);
        int size = IdxElement.SizeOf(IdxElement.TypeOf<T>());
        byte[] buffer = new byte[Chunk];
        for (ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values); !bytes.IsEmpty; bytes = bytes[Math.Min(Chunk, bytes.Length)..])
        {
            Span<byte> part = buffer.AsSpan(0, Math.Min(Chunk, bytes.Length));
            bytes[..part.Length].CopyTo(part);
            IdxElement.SwapToOrFromBigEndian(part, size);
            target.Write(part);
        }
    }
}
