using ICSharpCode.SharpZipLib.Zip.Compression;
using ICSharpCode.SharpZipLib.Zip.Compression.Streams;

namespace MnistCnn.Data;

/// <summary>The content of a member, decompressed by SharpZipLib while it is read. The read that reaches the end checks length and CRC-32.</summary>
/// <remarks>It never gives more bytes than the directory declares, whatever the compressed data would expand to.</remarks>
internal sealed class ZipMemberStream : Stream
{
    private readonly string path;
    private readonly ZipMember member;
    private readonly StreamWindow compressed;
    private readonly Inflater? inflater;
    private readonly Stream content;
    private long position;
    private uint crc;
    private bool verified;

    public ZipMemberStream(string path, ZipMember member, StreamWindow compressed)
    {
        (this.path, this.member, this.compressed) = (path, member, compressed);
        inflater = member.Method == ZipMember.Deflated ? new Inflater(noHeader: true) : null;
        content = inflater is null ? compressed : new InflaterInputStream(compressed, inflater);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>Bytes of the content, as declared.</summary>
    public override long Length => member.Size;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="ZipFormatException">The data is damaged, shorter or longer than declared, or has another CRC.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (count == 0)
        {
            return 0;
        }

        int wanted = (int)Math.Min(count, member.Size - position);
        if (wanted == 0)
        {
            Verify();
            return 0;
        }

        int read = ReadContent(buffer, offset, wanted);
        if (read <= 0)
        {
            throw Fault(FormattableString.Invariant($"{member.Size} bytes of content, as declared"), FormattableString.Invariant($"the end after {position}"));
        }

        crc = Crc32.Append(crc, buffer.AsSpan(offset, read));
        position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Verify()
    {
        if (verified)
        {
            return;
        }

        // Inflaters report a damaged end only on the read after the last byte.
        byte[] one = new byte[1];
        if (ReadContent(one, 0, 1) > 0)
        {
            throw Fault(FormattableString.Invariant($"{member.Size} bytes of content, as declared"), "at least one byte more");
        }

        long unread = compressed.Length - compressed.Position + (inflater?.RemainingInput ?? 0);
        if (unread != 0)
        {
            throw Fault(FormattableString.Invariant($"{member.CompressedSize} bytes of compressed data, as declared"),
                FormattableString.Invariant($"an end after {member.CompressedSize - unread}"));
        }

        if (crc != member.Crc)
        {
            throw Fault(FormattableString.Invariant($"content with the CRC 0x{member.Crc:X8}"), FormattableString.Invariant($"0x{crc:X8}"));
        }

        verified = true;
    }

    private int ReadContent(byte[] buffer, int offset, int count)
    {
        try
        {
            return content.Read(buffer, offset, count);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or ObjectDisposedException))
        {
            // On hostile data SharpZipLib throws more than its own exceptions.
            throw Fault("whole and valid compressed data", exception.Message.TrimEnd('.'), exception);
        }
    }

    private ZipFormatException Fault(string expected, string found, Exception? inner = null) => new(path, member.Name, expected, found, inner);
}
