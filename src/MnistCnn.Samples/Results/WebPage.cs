namespace MnistCnn.Samples.Results;

/// <summary>The page that recognises drawings without a server, which stands beside the program.</summary>
internal static class WebPage
{
    /// <summary>The model's name beside the page, which its script reads.</summary>
    private const string Model = "model.safetensors";

    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "web");

    /// <summary>Writes the page and a model into a folder, over the files of an earlier export.</summary>
    /// <param name="folder">Made where it is not there.</param>
    /// <param name="saveModel">Writes the model to a file.</param>
    /// <returns>Bytes of all the files that were written.</returns>
    /// <exception cref="FileNotFoundException">The program was built without the page.</exception>
    public static long Write(string folder, Action<string> saveModel)
    {
        if (!File.Exists(Path.Combine(Source, "index.html")))
        {
            throw new FileNotFoundException($"'{Source}': expected the web page, found nothing. Build src/MnistCnn.Samples without WebPage=false.");
        }

        long bytes = 0;
        foreach (string file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
            bytes += new FileInfo(copy).Length;
        }

        string model = Path.Combine(folder, Model);
        saveModel(model);
        return bytes + new FileInfo(model).Length;
    }
}
