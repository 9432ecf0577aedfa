using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>
/// Reads IDX, the format of the MNIST files: every element type, 1 to 8 dimensions, plain or gzip (told apart by content, not by name).
/// </summary>
/// <remarks>
/// <para>A file is either read whole and exactly as its header describes it, or refused with an <see cref="IdxFormatException"/>. A gzip file must be one member
/// that fills the file, with a valid checksum and length. Nothing is allocated for a size that the file cannot hold, nor more decompressed than the header declares.</para>
/// <para>Thread-safe. Format: <c>http://yann.lecun.com/exdb/mnist/</c> and RFC 1952 (gzip).</para>
/// </remarks>
public static class IdxReader
{
    private const int UncheckedBytes = 1 << 20;

    /// <summary>Reads a file, with the default limits.</summary>
    /// <typeparam name="T">The element type the file must have: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="path">The file, plain or gzip.</param>
    /// <exception cref="IdxFormatException">The file is not IDX, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    public static IdxArray<T> Read<T>(string path)
        where T : unmanaged => Read<T>(path, IdxReaderOptions.Default);

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">The element type the file must have: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="IdxFormatException">The file is not IDX, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    public static IdxArray<T> Read<T>(string path, IdxReaderOptions options)
        where T : unmanaged
    {
        using var stream = Open(path);
        return Read<T>(stream, path, options);
    }

    /// <summary>Reads a stream to its end, with the default limits.</summary>
    /// <typeparam name="T">The element type the data must have: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="stream">Plain or gzip; read from where it stands and left open.</param>
    /// <exception cref="IdxFormatException">The data is not IDX, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    public static IdxArray<T> Read<T>(Stream stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read<T>(stream, IdxInput.NameOf(stream), IdxReaderOptions.Default);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <typeparam name="T">The element type the data must have: byte, sbyte, short, int, float or double.</typeparam>
    /// <param name="stream">Plain or gzip; read from where it stands and left open.</param>
    /// <param name="name">What messages call the stream.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="IdxFormatException">The data is not IDX, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types.</exception>
    public static IdxArray<T> Read<T>(Stream stream, string name, IdxReaderOptions options)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        var type = IdxElement.TypeOf<T>();
        using var input = new IdxInput(stream, name);
        var header = IdxHeader.Read(input, options);
        if (header.ElementType != type)
            throw input.Fault(2, $"elements of type {type}", $"{header.ElementType}");
        var values = ReadPayload<T>(input, header, pinned: false);
        return new IdxArray<T>(Array.AsReadOnly(header.Dimensions), values);
    }

    internal static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
    }

    /// <summary>The payload, checked to the end of the file, in the byte order of this machine.</summary>
    internal static T[] ReadPayload<T>(IdxInput input, IdxHeader header, bool pinned)
        where T : unmanaged
    {
        var count = (int)(header.PayloadBytes / IdxElement.SizeOf(header.ElementType));
        // Where the length of the input is unknown the array grows with what really comes.
        var known = input.LargestRemainder is not null;
        var values = GC.AllocateUninitializedArray<T>(known ? count : Math.Min(count, UncheckedBytes), pinned);
        for (var read = 0; read < count;)
        {
            if (read == values.Length)
            {
                var larger = GC.AllocateUninitializedArray<T>((int)Math.Min(count, 2L * read), pinned);
                values.CopyTo(larger, 0);
                values = larger;
            }

            input.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(read)), string.Create(CultureInfo.InvariantCulture, $"{header.PayloadBytes} bytes of data, as the header says"));
            read = values.Length;
        }

        input.ExpectEnd();
        ToNativeOrder(values, IdxElement.SizeOf(header.ElementType));
        return values;
    }

    private static void ToNativeOrder<T>(T[] values, int size)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
            return;
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        switch (size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
