namespace MnistCnn.Data;

/// <summary>How the files of a published set are laid out in its folder, and how a split is read from them.</summary>
internal abstract class SetLayout
{
    /// <summary>The largest array of any published set (EMNIST by class has 547 MB) fits into this.</summary>
    protected const long LargestArray = 1L << 30;

    /// <exception cref="IOException">A file is missing, damaged or not what its name says.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The set has no such split.</exception>
    public abstract MnistDataset Load(string directory, MnistVariant variant, MnistSplit split);

    protected static string FileOf(string directory, MnistVariant variant, string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"'{Path.GetFullPath(directory)}' {(Directory.Exists(directory) ? "does not contain" : "does not exist; looked in it for")} {name}. "
                + $"Download it: await new MnistDownloader().DownloadAsync(MnistVariant.Parse(\"{variant.Name}\"), directory).",
                path);
    }

    protected static string TrainOrTest(MnistVariant variant, MnistSplit split) => split switch
    {
        MnistSplit.Train => "train",
        MnistSplit.Test => "test",
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, $"Expected MnistSplit.Train or MnistSplit.Test, which {variant.Title} has."),
    };
}
