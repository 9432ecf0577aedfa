using System.Globalization;

namespace MnistCnn.Data;

/// <summary>The bytes of an IDX file in order, decompressed if the file is gzip (by content), with every fault reported as <see cref="IdxFormatException"/>.</summary>
internal sealed class IdxInput : IDisposable
{
    // Deflate's own limit: 258 bytes from at least 2 bits.
    private const long LargestExpansion = 1032;

    private readonly BufferedInput _raw;
    private readonly GzipMember? _member;
    private long _position;

    public IdxInput(Stream stream, string path)
    {
        _raw = new BufferedInput(stream, path);
        if (_raw.TryPeek(2, out var start) && start[0] == 0x1F && start[1] == 0x8B)
            _member = new GzipMember(_raw);
    }

    public string Path => _raw.Path;

    /// <summary>A bound of the bytes that can still come, known for files only; the real number may be smaller.</summary>
    public long? LargestRemainder => (_member is null ? _raw.Length : _raw.Length * LargestExpansion) - _position;

    public static string NameOf(Stream stream) => stream is FileStream file ? file.Name : "(stream)";

    public IdxFormatException Fault(long offset, string expected, string found) => new(Path, offset, expected, found);

    public void ReadExactly(Span<byte> destination, string what)
    {
        var read = _member is null ? _raw.Read(destination) : _member.Read(destination);
        _position += read;
        if (read < destination.Length)
            throw Fault(_position, what, string.Create(CultureInfo.InvariantCulture, $"the end of the {(_member is null ? "file" : "gzip data")} after {read} of {destination.Length} bytes"));
    }

    public void ExpectEnd()
    {
        Span<byte> one = stackalloc byte[1];
        if ((_member is null ? _raw.Read(one) : _member.Read(one)) != 0)
            throw Fault(_position, "the end of the data, as the sizes in the header say", "at least one byte more");
        _member?.Verify();
    }

    public void Dispose() => _member?.Dispose();
}
