namespace MnistCnn.Data;

/// <summary>A zip archive, or a member of one, is not what it must be: no archive, damaged, truncated, encrypted, or with an unsafe or repeated name.</summary>
/// <remarks>The message names the archive, the member, what was expected and what was found.</remarks>
public sealed class ZipFormatException : IOException
{
    internal ZipFormatException(string path, string? member, string expected, string found, Exception? innerException = null)
        : base(member is null ? $"'{path}': expected {expected}, found {found}." : $"'{path}', member '{member}': expected {expected}, found {found}.",
            innerException)
    {
        Path = path;
        Member = member;
        Expected = expected;
        Found = found;
    }

    /// <summary>The path of the archive, or the name of the stream.</summary>
    public string Path { get; }

    /// <summary>The name of the member; null when the archive itself is at fault. Control characters are replaced by '?'.</summary>
    public string? Member { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Found { get; }
}
