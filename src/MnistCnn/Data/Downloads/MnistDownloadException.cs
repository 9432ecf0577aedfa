namespace MnistCnn.Data;

/// <summary>A file could be had from no mirror. The message lists what was wrong with each.</summary>
public sealed class MnistDownloadException : IOException
{
    internal MnistDownloadException(string path, IReadOnlyList<string> causes, Exception? innerException)
        : base($"'{path}' could not be downloaded:{string.Concat(causes.Select(cause => $"{Environment.NewLine}  {cause}"))}", innerException)
    {
        Path = path;
        Causes = causes;
    }

    /// <summary>Where the file would have been stored.</summary>
    public string Path { get; }

    /// <summary>One line for each failed try: the address, what was expected and what was found.</summary>
    public IReadOnlyList<string> Causes { get; }
}
