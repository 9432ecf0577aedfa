namespace MnistCnn.Data;

/// <summary>
/// The deflate data of a gzip file: everything up to the last 8 bytes. The last byte of it is handed out alone, so that one can see
/// whether the decompressor needed it: only then did the compressed data end where the file says it does.
/// </summary>
internal sealed class GzipBody(BufferedInput input) : Stream
{
    public const int TrailerLength = 8;

    /// <summary>The decompressor took the last byte.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>The decompressor asked for more than there is.</summary>
    public bool Starved { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => input.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        bool more = input.Fill(TrailerLength + 2);
        int count = Math.Min(input.Buffered - TrailerLength - (more ? 1 : 0), buffer.Length);
        if (count <= 0)
        {
            Starved = true;
            return 0;
        }

        Exhausted = !more;
        input.Take(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
