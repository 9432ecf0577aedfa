namespace MnistCnn.Tests;

/// <summary>What no analyzer checks about the source files.</summary>
public sealed class SourceFileTests
{
    private const int MostLines = 250, MostColumns = 160;

    [Fact]
    public void No_source_file_is_too_long_or_too_wide()
    {
        string root = RealMnist.RepositoryRoot();
        string[] files = [.. new[] { "src", "tests", "benchmarks", ".ci" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".py" or ".sh" or ".js" or ".css")
            .Select(file => Path.GetRelativePath(root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))];
        Assert.InRange(files.Length, 500, int.MaxValue);
        Assert.DoesNotContain(files, file => File.ReadLines(Path.Combine(root, file)).Count() > MostLines);
        Assert.Empty(files.SelectMany(file => File.ReadLines(Path.Combine(root, file))
            .Select((line, index) => (line.Length, Place: $"{file}:{index + 1}"))
            .Where(line => line.Length > MostColumns).Select(line => line.Place)));
    }
}
