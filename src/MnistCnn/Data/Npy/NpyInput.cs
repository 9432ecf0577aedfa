using System.Globalization;

namespace MnistCnn.Data;

/// <summary>The bytes of an <c>.npy</c> file or member in order, with every fault reported as <see cref="NpyFormatException"/>.</summary>
internal sealed class NpyInput(Stream stream, string path, string? member)
{
    /// <summary>The file and, if there is one, the member, for messages of others.</summary>
    public string Name => member is null ? $"'{path}'" : $"'{path}', member '{member}'";

    /// <summary>Bytes taken since the beginning.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that are still to come; null if the stream does not know.</summary>
    public long? Remaining => stream.CanSeek || stream is ZipMemberStream ? stream.Length - stream.Position : null;

    public NpyFormatException Fault(long offset, string expected, string found) => new(path, member, offset, expected, found);

    public void ReadExactly(Span<byte> destination, string what)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        Position += read;
        if (read < destination.Length)
        {
            throw Fault(Position, what, string.Create(CultureInfo.InvariantCulture, $"the end of the data after {read} of {destination.Length} bytes"));
        }
    }

    public void ExpectEnd()
    {
        if (stream.Read(stackalloc byte[1]) != 0)
        {
            throw Fault(Position, "the end of the data, as the shape in the header says", "at least one byte more");
        }
    }
}
