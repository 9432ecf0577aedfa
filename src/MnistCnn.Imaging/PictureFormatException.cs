namespace MnistCnn.Imaging;

/// <summary>A picture, or a list of pictures, is not what it must be: of no known format, damaged, too large, or without ink.</summary>
/// <remarks>The message is one line that names the file, what was expected and what was found.</remarks>
public sealed class PictureFormatException : IOException
{
    internal PictureFormatException(string path, string expected, string found, Exception? innerException = null)
        : base($"'{path}': expected {expected}, found {found}.", innerException)
    {
        Path = path;
        Expected = expected;
        Found = found;
    }

    /// <summary>The path of the file, or the name of the stream.</summary>
    public string Path { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Found { get; }
}
