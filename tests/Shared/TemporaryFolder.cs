namespace MnistCnn.Tests;

/// <summary>A folder of a test's own, removed with all its content at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("mnistcnn-").FullName;

    public string this[string name] => System.IO.Path.Combine(Root, name);

    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Root).Select(e => System.IO.Path.GetFileName(e)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
