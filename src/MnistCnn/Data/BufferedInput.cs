namespace MnistCnn.Data;

/// <summary>A small read buffer over a stream that knows its place and can look ahead.</summary>
internal sealed class BufferedInput(Stream stream, string path)
{
    private readonly byte[] _buffer = new byte[stream.CanSeek ? Math.Clamp(stream.Length - stream.Position, 64, 64 << 10) : 64 << 10];
    private int _start;
    private int _end;
    private bool _ended;

    public string Path => path;

    /// <summary>Bytes taken since the beginning.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that have been read and not yet taken.</summary>
    public int Buffered => _end - _start;

    /// <summary>Bytes from where the stream stood at first to its end, if it knows its length.</summary>
    public long? Length { get; } = stream.CanSeek ? stream.Length - stream.Position : null;

    /// <summary>Reads until at least <paramref name="count"/> bytes are buffered; false at the end of the stream.</summary>
    public bool Fill(int count)
    {
        if (Buffered >= count)
            return true;
        _buffer.AsSpan(_start, Buffered).CopyTo(_buffer);
        (_start, _end) = (0, Buffered);
        while (!_ended && Buffered < count)
        {
            var read = ReadStream(_buffer.AsSpan(_end));
            _ended = read == 0;
            _end += read;
        }

        return Buffered >= count;
    }

    public bool TryPeek(int count, out ReadOnlySpan<byte> bytes)
    {
        var filled = Fill(count);
        bytes = _buffer.AsSpan(_start, Math.Min(count, Buffered));
        return filled;
    }

    public void Take(Span<byte> destination)
    {
        _buffer.AsSpan(_start, destination.Length).CopyTo(destination);
        _start += destination.Length;
        Position += destination.Length;
    }

    /// <summary>Fills <paramref name="destination"/> and returns its length, or less at the end of the stream.</summary>
    public int Read(Span<byte> destination)
    {
        var read = Math.Min(Buffered, destination.Length);
        Take(destination[..read]);
        while (read < destination.Length && !_ended)
        {
            var more = ReadStream(destination[read..]);
            _ended = more == 0;
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
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new IdxFormatException(path, Position + Buffered, "readable data", $"{exception.GetType().Name}: {exception.Message}", exception);
        }
    }
}
