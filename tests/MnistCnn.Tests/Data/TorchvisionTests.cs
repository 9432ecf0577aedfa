using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>Files that <see cref="IdxWriter"/> wrote, read by torchvision's own reader of MNIST.</summary>
public sealed class TorchvisionTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Torchvision_reads_the_same_images_and_labels()
    {
        Assert.SkipUnless(
            ChildProcess.Succeeds(Python, "-c", "import torchvision"),
            $"{Python} has no torchvision (Debian: python3-torchvision).");
        using TemporaryFolder folder = new();
        string raw = Directory.CreateDirectory(folder[Path.Combine("MNIST", "raw")]).FullName;
        Dictionary<string, byte[]> pixels = [];
        foreach ((string? prefix, int count) in (ReadOnlySpan<(string, int)>)[("train", 50), ("t10k", 20)])
        {
            pixels[prefix] = new byte[count * 5 * 9];
            new Random(count).NextBytes(pixels[prefix]);
            IdxWriter.Write<byte>(Path.Combine(raw, $"{prefix}-images-idx3-ubyte.gz"), pixels[prefix], count, 5, 9);
            IdxWriter.Write<byte>(Path.Combine(raw, $"{prefix}-labels-idx1-ubyte.gz"), LabelsOf(count), count);
        }

        (int exitCode, string? output, string? error) = ChildProcess.Run(new ProcessStartInfo(Python, [Script(), folder.Root]));
        Assert.True(exitCode == 0, error);
        using JsonDocument found = JsonDocument.Parse(output);
        foreach ((string? name, string? prefix, int count) in (ReadOnlySpan<(string, string, int)>)[("train", "train", 50), ("test", "t10k", 20)])
        {
            JsonElement split = found.RootElement.GetProperty(name);
            Assert.Equal([count, 5, 9], split.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
            Assert.Equal(Convert.ToHexString(SHA256.HashData(pixels[prefix])), split.GetProperty("images").GetString(), ignoreCase: true);
            Assert.Equal(LabelsOf(count), split.GetProperty("labels").EnumerateArray().Select(label => label.GetByte()));
        }

        static byte[] LabelsOf(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7 % 10))];
    }

    private static string Script([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "python", "read_idx_with_torchvision.py"));
}
