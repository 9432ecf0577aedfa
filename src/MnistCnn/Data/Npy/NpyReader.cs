using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>
/// Reads <c>.npy</c>, NumPy's format of one array: versions 1 to 3, little and big endian, C and Fortran order, elements u1, i1, i2, i4, i8, f4, f8 and bool.
/// </summary>
/// <remarks>
/// <para>A file is either read whole and exactly as its header describes it, or refused with an <see cref="NpyFormatException"/>. Arrays of Python objects are
/// refused, and nothing in a file is ever run. Nothing is allocated for a size that the file does not hold.</para>
/// <para>Thread-safe. Source of the format: NumPy's <c>numpy/lib/format.py</c>.</para>
/// </remarks>
public static class NpyReader
{
    private const int UncheckedBytes = 256 << 10;
    private const int Portion = 1 << 20;

    /// <summary>Reads a file, with the default limits.</summary>
    /// <typeparam name="T">The element type the file must have: byte, sbyte, short, int, long, float, double or bool.</typeparam>
    /// <param name="path">The file.</param>
    /// <exception cref="NpyFormatException">The file is no npy, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public static NpyArray<T> Read<T>(string path)
        where T : unmanaged => Read<T>(path, NpyReaderOptions.Default);

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">The element type the file must have: byte, sbyte, short, int, long, float, double or bool.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="NpyFormatException">The file is no npy, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public static NpyArray<T> Read<T>(string path, NpyReaderOptions options)
        where T : unmanaged
    {
        using FileStream stream = IdxReader.Open(path);
        return Read<T>(stream, path, options);
    }

    /// <summary>Reads a stream to its end, with the default limits.</summary>
    /// <typeparam name="T">The element type the data must have: byte, sbyte, short, int, long, float, double or bool.</typeparam>
    /// <param name="stream">Read from where it stands and left open.</param>
    /// <exception cref="NpyFormatException">The data is no npy, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public static NpyArray<T> Read<T>(Stream stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read<T>(stream, IdxInput.NameOf(stream), NpyReaderOptions.Default);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <typeparam name="T">The element type the data must have: byte, sbyte, short, int, long, float, double or bool.</typeparam>
    /// <param name="stream">Read from where it stands and left open.</param>
    /// <param name="name">What messages call the stream.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="NpyFormatException">The data is no npy, has another element type, is damaged, truncated, or larger than the limit.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public static NpyArray<T> Read<T>(Stream stream, string name, NpyReaderOptions options)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read<T>(new NpyInput(stream, name, member: null), options);
    }

    internal static NpyArray<T> Read<T>(NpyInput input, NpyReaderOptions options)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(options);
        NpyElement element = NpyElement.Of<T>();
        NpyHeader header = NpyHeader.Read(input, options);
        return header.Element == element
            ? new NpyArray<T>(Array.AsReadOnly(header.Shape), ReadPayload<T>(input, header))
            : throw input.Fault(input.Position, $"elements of type {element}", $"{header.Element}");
    }

    /// <summary>The elements in C order and in the byte order of this machine, checked to the end of the file.</summary>
    internal static T[] ReadPayload<T>(NpyInput input, NpyHeader header, bool pinned = false)
        where T : unmanaged
    {
        int size = header.Element.Size;
        // Where the length of the input is unknown the array grows with what really comes.
        T[] values = Allocate(input.Remaining is null ? Math.Min(header.Count, UncheckedBytes / size) : header.Count);
        for (int read = 0; read < header.Count;)
        {
            if (read == values.Length)
            {
                T[] larger = Allocate((int)Math.Min(header.Count, 2L * read));
                values.CopyTo(larger, 0);
                values = larger;
            }

            Span<T> portion = values.AsSpan(read, Math.Min(Portion / size, values.Length - read));
            input.ReadExactly(MemoryMarshal.AsBytes(portion),
                FormattableString.Invariant($"{(long)header.Count * size} bytes of data, as the shape {header.ShapeText} says"));
            read += portion.Length;
        }

        input.ExpectEnd();
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (header.BigEndian)
        {
            IdxElement.SwapToOrFromBigEndian(bytes, size);
        }

        if (header.Element.Kind == 'b' && bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) is var wrong and >= 0)
        {
            throw input.Fault(input.Position - bytes.Length + wrong, "0 or 1 for a bool", FormattableString.Invariant($"{bytes[wrong]} at index {wrong}"));
        }

        return header.FortranOrder && header.Shape.Length > 1 ? NpyOrder.ToRowMajor(values, header.Shape, Allocate(values.Length)) : values;

        T[] Allocate(int length) => pinned ? PixelMemory.Allocate<T>(length) : GC.AllocateUninitializedArray<T>(length);
    }
}
