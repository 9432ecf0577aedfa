namespace MnistCnn.Samples.Tests;

/// <summary>A folder of a test's own, removed with all its content at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("mnistcnn-samples-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
