namespace MnistCnn.Data;

/// <summary>A file is not what it must be: not IDX, not the kind of IDX that was asked for, damaged, truncated or too large.</summary>
/// <remarks>The message names the file, the place, what was expected and what was found.</remarks>
public sealed class IdxFormatException : IOException
{
    internal IdxFormatException(string path, long offset, string expected, string found, Exception? innerException = null)
        : base(FormattableString.Invariant($"'{path}', byte {offset}: expected {expected}, found {found}."), innerException)
    {
        Path = path;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The path of the file, or the name of the stream.</summary>
    public string Path { get; }

    /// <summary>
    /// Where the fault was noticed, in bytes from the start: of the IDX data for its own faults (uncompressed, if the file is gzip), of the file for faults of
    /// gzip itself.
    /// </summary>
    public long Offset { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Found { get; }
}
