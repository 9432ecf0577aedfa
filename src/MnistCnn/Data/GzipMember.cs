using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace MnistCnn.Data;

/// <summary>
/// One gzip member that must fill its file to the last byte (RFC 1952). The framework's <see cref="DeflateStream"/> decompresses; header, checksum, length
/// and end are checked here, because its <see cref="GZipStream"/> takes truncated files for complete ones.
/// </summary>
internal sealed class GzipMember : IDisposable
{
    private const int Chunk = 256 << 10;

    private readonly BufferedInput _input;
    private readonly GzipBody _body;
    private readonly DeflateStream _inflater;
    private uint _crc;
    private uint _length;

    public GzipMember(BufferedInput input)
    {
        _input = input;
        GzipHeader.Skip(input);
        _body = new GzipBody(input);
        _inflater = new DeflateStream(_body, CompressionMode.Decompress);
    }

    /// <summary>Fills <paramref name="destination"/> and returns its length, or less at the end of the compressed data.</summary>
    public int Read(Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length)
        {
            // Chunks that are still in the cache when the checksum reads them.
            var read = Inflate(destination.Slice(total, Math.Min(Chunk, destination.Length - total)));
            if (read == 0)
                break;
            _crc = Crc32.Append(_crc, destination.Slice(total, read));
            total += read;
        }

        _length += (uint)total;
        return total;
    }

    /// <summary>Checks, once <see cref="Read"/> has returned 0, that the data ended where it should, and is what was compressed.</summary>
    public void Verify()
    {
        if (!_body.Exhausted)
            throw Fault(_input.Position, "the gzip member to end with the file", "an earlier end and further bytes after it");
        Span<byte> trailer = stackalloc byte[GzipBody.TrailerLength];
        _input.Take(trailer);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        if (crc != _crc)
            throw Fault(_input.Position - 8, Invariant($"data with the CRC 0x{crc:X8}"), Invariant($"0x{_crc:X8}"));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (length != _length)
            throw Fault(_input.Position - 4, Invariant($"{length} bytes of data (ISIZE)"), Invariant($"{_length}"));
    }

    public void Dispose() => _inflater.Dispose();

    private int Inflate(Span<byte> destination)
    {
        try
        {
            var read = _inflater.Read(destination);
            return read > 0 || !_body.Starved ? read : throw Truncated(null);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not IdxFormatException)
        {
            throw _body.Starved ? Truncated(exception) : Fault(_input.Position, "valid deflate data", "an invalid code", exception);
        }
    }

    private IdxFormatException Truncated(Exception? inner) =>
        Fault(_input.Position + _input.Buffered, "more compressed data", Invariant($"the end of the file after {_input.Position + _input.Buffered} bytes"), inner);

    private IdxFormatException Fault(long offset, string expected, string found, Exception? inner = null) => new(_input.Path, offset, expected, found, inner);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
