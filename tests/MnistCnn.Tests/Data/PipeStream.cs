namespace MnistCnn.Tests.Data;

/// <summary>A stream without a length that hands out a few bytes at a time, and may break at its end.</summary>
internal sealed class PipeStream(byte[] content, Exception? failure = null, int portion = 5) : Stream
{
    private int position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (position == content.Length && failure is not null)
        {
            throw failure;
        }

        int read = Math.Min(Math.Min(count, portion), content.Length - position);
        content.AsSpan(position, read).CopyTo(buffer.AsSpan(offset));
        position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
