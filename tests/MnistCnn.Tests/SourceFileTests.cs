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

    /// <summary>A wrong change that no longer finds its place would make the script for contributors fail.</summary>
    [Fact]
    public void Each_listed_wrong_change_finds_its_code_once()
    {
        string root = RealMnist.RepositoryRoot(), source = "";
        int changes = 0;
        foreach (string line in File.ReadLines(Path.Combine(root, "tests", "mutation", "mutants.txt")))
        {
            if (line.StartsWith("- ", StringComparison.Ordinal))
            {
                Assert.Equal(2, source.Split(line[2..]).Length);
                changes++;
            }
            else if (line.StartsWith("src/", StringComparison.Ordinal))
            {
                source = File.ReadAllText(Path.Combine(root, line.Split(' ')[0]));
            }
        }

        Assert.InRange(changes, 36, int.MaxValue);
    }
}
