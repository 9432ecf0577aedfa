using System.Globalization;

namespace MnistCnn.Data;

/// <summary>
/// The bytes of an IDX file in order, decompressed if the file is gzip (by content), with every fault reported as <see cref="IdxFormatException"/>.
/// </summary>
internal sealed class IdxInput : IDisposable
{
    // Deflate's own limit: 258 bytes from at least 2 bits.
    private const long LargestExpansion = 1032;

    private readonly BufferedInput raw;
    private readonly GzipMember? member;
    private long position;

    public IdxInput(Stream stream, string path)
    {
        raw = new BufferedInput(stream, path);
        if (raw.TryPeek(2, out ReadOnlySpan<byte> start) && start[0] == 0x1F && start[1] == 0x8B)
        {
            member = new GzipMember(raw);
        }
    }

    public string Path => raw.Path;

    /// <summary>A bound of the bytes that can still come, known for files only; the real number may be smaller.</summary>
    public long? LargestRemainder => (member is null ? raw.Length : raw.Length * LargestExpansion) - position;

    public static string NameOf(Stream stream) => stream is FileStream file ? file.Name : "(stream)";

    public IdxFormatException Fault(long offset, string expected, string found) => new(Path, offset, expected, found);

    public void ReadExactly(Span<byte> destination, string what)
    {
        int read = member is null ? raw.Read(destination) : member.Read(destination);
        position += read;
        if (read < destination.Length)
        {
            throw Fault(position, what, string.Create(CultureInfo.InvariantCulture,
                $"the end of the {(member is null ? "file" : "gzip data")} after {read} of {destination.Length} bytes"));
        }
    }

    public void ExpectEnd()
    {
        Span<byte> one = stackalloc byte[1];
        if ((member is null ? raw.Read(one) : member.Read(one)) != 0)
        {
            throw Fault(position, "the end of the data, as the sizes in the header say", "at least one byte more");
        }

        member?.Verify();
    }

    public void Dispose() => member?.Dispose();
}
