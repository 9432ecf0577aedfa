namespace MnistCnn.Imaging;

/// <summary>Some pictures of a folder cannot be read. The message lists the first of them, <see cref="Pictures"/> all.</summary>
public sealed class UnreadablePicturesException : IOException
{
    private const int Shown = 20;

    internal UnreadablePicturesException(string path, int count, IReadOnlyList<UnreadablePicture> pictures)
        : base(MessageOf(path, count, pictures)) => (Path, Pictures) = (path, pictures);

    /// <summary>The folder or CSV file.</summary>
    public string Path { get; }

    /// <summary>Every picture that cannot be read, in the order of the folder.</summary>
    public IReadOnlyList<UnreadablePicture> Pictures { get; }

    private static string MessageOf(string path, int count, IReadOnlyList<UnreadablePicture> pictures)
    {
        IEnumerable<string> lines = pictures.Take(Shown).Select(picture => $"{Environment.NewLine}  {picture.Reason}");
        string more = pictures.Count > Shown ? $"{Environment.NewLine}  and {pictures.Count - Shown} more" : "";
        return $"'{path}': expected {count} readable pictures, found {pictures.Count} that are not (SkipUnreadable leaves them "
            + $"out):{string.Concat(lines)}{more}";
    }
}
