using System.Text.RegularExpressions;

namespace MnistCnn.Package.Tests;

public sealed class TemplateTests(PackedLibrary library)
{
    [Fact]
    public void An_application_made_by_dotnet_new_trains_and_predicts()
    {
        string hive = Path.Combine(library.Strangers, "hive");
        string package = library.PackageFile("MnistCnn.Templates");
        string installed = CommandRunner.RunOrFail(library.Strangers, "dotnet", "new", "install", package, "--debug:custom-hive", hive);
        Assert.Contains("mnistcnn", installed, StringComparison.Ordinal);
        CommandRunner.RunOrFail(library.Strangers, "dotnet", "new", "mnistcnn", "-n", "Ziffern", "--debug:custom-hive", hive);
        string folder = Path.Combine(library.Strangers, "Ziffern");
        string[] files = [.. Directory.EnumerateFileSystemEntries(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["Program.cs", "Ziffern.csproj"], files);
        string project = File.ReadAllText(Path.Combine(folder, "Ziffern.csproj"));
        foreach (string name in (string[])["MnistCnn", "libtorch-cpu-linux-x64", "TorchSharp-cpu"])
        {
            Assert.Contains($"Include=\"{name}\" Version=\"{library.Versions[name]}\"", project, StringComparison.Ordinal);
        }

        string output = CommandRunner.RunOrFail(folder, "dotnet", "run", "-c", "Release");
        Assert.Matches(@"(?m)^(9\d\.\d|100\.0)% of 1000 images are right", output);
        Assert.Equal(5, output.Split('\n').Count(line => Regex.IsMatch(line, @"^image \d: (\d), \d+\.\d% sure; it is \1")));
        Assert.True(File.Exists(Path.Combine(folder, "model.safetensors")));

        (int exitCode, string usage) = CommandRunner.Run(folder, "dotnet", "run", "-c", "Release", "--no-build", "--", "--dta", "mnist");
        Assert.Equal(2, exitCode);
        Assert.Contains("expected no argument, or --data FOLDER", usage, StringComparison.Ordinal);
    }
}
