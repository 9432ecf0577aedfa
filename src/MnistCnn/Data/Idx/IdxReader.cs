using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>
/// Reads IDX, the format of the MNIST files: every element type, 1 to 8 dimensions, plain or gzip (told apart by content, not by name).
/// </summary>
/// <remarks>
/// <para>A file is either read whole and exactly as its header describes it, or refused with an <see cref="IdxFormatException"/>. A gzip file must be one
/// member that fills the file, with a valid checksum and length. Nothing is allocated for a size that the file cannot hold, nor more decompressed than the
/// header declares.</para>
/// <para>Thread-safe. Format: <c>http://yann.lecun.com/exdb/mnist/</c> and RFC 1952 (gzip).</para>
/// </remarks>
public static class IdxReader
{
    private const int UncheckedBytes = 256 << 10;
    private const int Portion = 8 << 20;

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
        using FileStream stream = Open(path);
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
        IdxElementType type = IdxElement.TypeOf<T>();
        using IdxInput input = new(stream, name);
        IdxHeader header = IdxHeader.Read(input, options);
        if (header.ElementType != type)
        {
            throw input.Fault(2, $"elements of type {type}", $"{header.ElementType}");
        }

        T[] values = ReadPayload<T>(input, header, pinned: false);
        return new IdxArray<T>(Array.AsReadOnly(header.Dimensions), values);
    }

    /// <summary>Reads a stream to its end, straight into memory of the caller, whose length is the only limit.</summary>
    /// <param name="stream">Plain or gzip; read from where it stands and left open.</param>
    /// <param name="name">What messages call the stream.</param>
    /// <param name="destination">
    /// Receives the elements in the byte order of this machine; at least as long as the data. If the data is refused, its content is undefined.
    /// </param>
    /// <param name="elementType">The type of the elements.</param>
    /// <returns>The size of each dimension.</returns>
    /// <exception cref="IdxFormatException">The data is not IDX, is damaged, truncated, or longer than <paramref name="destination"/>.</exception>
    public static IReadOnlyList<int> ReadInto(Stream stream, string name, Span<byte> destination, out IdxElementType elementType)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using IdxInput input = new(stream, name);
        IdxHeader header = IdxHeader.Read(input, new IdxReaderOptions { MaxBytes = Math.Clamp(destination.Length, 1, Array.MaxLength) });
        Span<byte> bytes = destination[..(int)header.PayloadBytes];
        input.ReadExactly(bytes, PayloadOf(header));
        input.ExpectEnd();
        IdxElement.SwapToOrFromBigEndian(bytes, IdxElement.SizeOf(header.ElementType));
        elementType = header.ElementType;
        return Array.AsReadOnly(header.Dimensions);
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
        int count = (int)(header.PayloadBytes / IdxElement.SizeOf(header.ElementType));
        // Where the length of the input is unknown the array grows with what really comes.
        bool known = input.LargestRemainder is not null;
        T[] values = Allocate(known ? count : Math.Min(count, UncheckedBytes / IdxElement.SizeOf(header.ElementType)));
        for (int read = 0; read < count;)
        {
            if (read == values.Length)
            {
                T[] larger = Allocate((int)Math.Min(count, 2L * read));
                values.CopyTo(larger, 0);
                values = larger;
            }

            Span<T> portion = values.AsSpan(read, Math.Min(Portion, values.Length - read));
            if (pinned)
            {
                PixelMemory.Populate(MemoryMarshal.AsBytes(portion));
            }

            input.ReadExactly(MemoryMarshal.AsBytes(portion), PayloadOf(header));
            read += portion.Length;
        }

        input.ExpectEnd();
        IdxElement.SwapToOrFromBigEndian(MemoryMarshal.AsBytes(values.AsSpan()), IdxElement.SizeOf(header.ElementType));
        return values;

        T[] Allocate(int length) => pinned ? PixelMemory.Allocate<T>(length) : GC.AllocateUninitializedArray<T>(length);
    }

    private static string PayloadOf(IdxHeader header) => string.Create(CultureInfo.InvariantCulture,
        $"{header.PayloadBytes} bytes of data, as the header says");
}
