namespace MnistCnn.Data;

/// <summary>A small read buffer over a stream that knows its place and can look ahead.</summary>
internal sealed class BufferedInput(Stream stream, string path)
{
    private readonly byte[] buffer = new byte[stream.CanSeek ? Math.Clamp(stream.Length - stream.Position, 64, 64 << 10) : 64 << 10];
    private int start;
    private int end;
    private bool ended;

    public string Path => path;

    /// <summary>Bytes taken since the beginning.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that have been read and not yet taken.</summary>
    public int Buffered => end - start;

    /// <summary>Bytes from where the stream stood at first to its end, if it knows its length.</summary>
    public long? Length { get; } = stream.CanSeek || stream is ZipMemberStream ? stream.Length - stream.Position : null;

    /// <summary>Reads until at least <paramref name="count"/> bytes are buffered; false at the end of the stream.</summary>
    public bool Fill(int count)
    {
        if (Buffered >= count)
        {
            return true;
        }

        buffer.AsSpan(start, Buffered).CopyTo(buffer);
        (start, end) = (0, Buffered);
        while (!ended && Buffered < count)
        {
            int read = ReadStream(buffer.AsSpan(end));
            ended = read == 0;
            end += read;
        }

        return Buffered >= count;
    }

    public bool TryPeek(int count, out ReadOnlySpan<byte> bytes)
    {
        bool filled = Fill(count);
        bytes = buffer.AsSpan(start, Math.Min(count, Buffered));
        return filled;
    }

    public void Take(Span<byte> destination)
    {
        buffer.AsSpan(start, destination.Length).CopyTo(destination);
        start += destination.Length;
        Position += destination.Length;
    }

    /// <summary>Fills <paramref name="destination"/> and returns its length, or less at the end of the stream.</summary>
    public int Read(Span<byte> destination)
    {
        int read = Math.Min(Buffered, destination.Length);
        Take(destination[..read]);
        while (read < destination.Length && !ended)
        {
            int more = ReadStream(destination[read..]);
            ended = more == 0;
            read += more;
            Position += more;
        }

        return read;
    }

    private int ReadStream(Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException or ZipFormatException))
        {
            throw new IdxFormatException(path, Position + Buffered, "readable data", $"{exception.GetType().Name}: {exception.Message}", exception);
        }
    }
}
