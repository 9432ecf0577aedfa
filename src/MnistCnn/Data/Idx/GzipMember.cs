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

    private readonly BufferedInput input;
    private readonly GzipBody body;
    private readonly DeflateStream inflater;
    private uint crc;
    private uint length;

    public GzipMember(BufferedInput input)
    {
        this.input = input;
        GzipHeader.Skip(input);
        body = new GzipBody(input);
        inflater = new DeflateStream(body, CompressionMode.Decompress);
    }

    /// <summary>Fills <paramref name="destination"/> and returns its length, or less at the end of the compressed data.</summary>
    public int Read(Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            // Chunks that are still in the cache when the checksum reads them.
            int read = Inflate(destination.Slice(total, Math.Min(Chunk, destination.Length - total)));
            if (read == 0)
            {
                break;
            }

            crc = Crc32.Append(crc, destination.Slice(total, read));
            total += read;
        }

        length += (uint)total;
        return total;
    }

    /// <summary>Checks, once <see cref="Read"/> has returned 0, that the data ended where it should, and is what was compressed.</summary>
    public void Verify()
    {
        if (!body.Exhausted)
        {
            throw Fault(input.Position, "the gzip member to end with the file", "an earlier end and further bytes after it");
        }

        Span<byte> trailer = stackalloc byte[GzipBody.TrailerLength];
        input.Take(trailer);
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        if (crc != this.crc)
        {
            throw Fault(input.Position - 8, Invariant($"data with the CRC 0x{crc:X8}"), Invariant($"0x{this.crc:X8}"));
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (length != this.length)
        {
            throw Fault(input.Position - 4, Invariant($"{length} bytes of data (ISIZE)"), Invariant($"{this.length}"));
        }
    }

    public void Dispose() => inflater.Dispose();

    private int Inflate(Span<byte> destination)
    {
        try
        {
            int read = inflater.Read(destination);
            return read > 0 || !body.Starved ? read : throw Truncated(null);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not IdxFormatException)
        {
            throw body.Starved ? Truncated(exception) : Fault(input.Position, "valid deflate data", "an invalid code", exception);
        }
    }

    private IdxFormatException Truncated(Exception? inner) =>
        Fault(input.Position + input.Buffered, "more compressed data", Invariant($"the end of the file after {input.Position + input.Buffered} bytes"), inner);

    private IdxFormatException Fault(long offset, string expected, string found, Exception? inner = null) => new(input.Path, offset, expected, found, inner);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
