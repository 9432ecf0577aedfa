using System.Text.RegularExpressions;

namespace MnistCnn.Package.Tests;

public sealed class GetStartedTests(PackedLibrary library)
{
    private static readonly Dictionary<string, string> ForNet8 = new()
    {
        // The SDK of .NET 10 makes programs for .NET 10 alone, and has no other runtime: the test writes the framework into the project, and the
        // program brings its runtime.
        ["RuntimeIdentifier"] = "linux-x64",
        ["SelfContained"] = "true",
    };

    /// <summary>An empty folder, and what docs/get-started.md says, up to the prediction.</summary>
    [Theory]
    [InlineData("net10.0")]
    [InlineData("net8.0")]
    public void The_page_followed_word_for_word_ends_with_a_trained_model_and_a_prediction(string framework)
    {
        string page = File.ReadAllText(Path.Combine(SourceCopy.RepositoryRoot(), "docs", "get-started.md")).Split("\n## MNIST itself")[0];
        string empty = Directory.CreateDirectory(Path.Combine(library.Strangers, $"empty-{framework}")).FullName;
        Dictionary<string, string> environment = framework == "net8.0" ? ForNet8 : [];
        string[] commands = Assert.Single(Blocks(page, "sh")).Split('\n');
        Assert.Equal("cd Digits", commands[1]);

        CommandRunner.RunOrFail(empty, "bash", "-ec", commands[0]);
        string folder = Path.Combine(empty, "Digits");
        string project = Path.Combine(folder, "Digits.csproj");
        string made = File.ReadAllText(project);
        Assert.Contains("<TargetFramework>net10.0<", made, StringComparison.Ordinal);
        File.WriteAllText(project, made.Replace("net10.0", framework, StringComparison.Ordinal));
        CommandRunner.RunOrFail(folder, environment, "bash", "-ec", string.Join('\n', commands[2..]));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), string.Join('\n', Blocks(page, "csharp")));
        Assert.Contains("`dotnet run -c Release` prints", page, StringComparison.Ordinal);
        string output = CommandRunner.RunOrFail(folder, environment, "dotnet", "run", "-c", "Release");

        string shown = Assert.Single(Blocks(page, "text"));
        Assert.StartsWith(WithoutFigures(shown), WithoutFigures(output), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^9\d\.\d% of 500 images are right\.\nThe first image shows \d: \d+\.\d%\.$", output);
        Assert.True(File.Exists(Path.Combine(folder, "digits.safetensors")));
        string runtime = Assert.Single(Directory.GetFiles(Path.Combine(folder, "bin"), "Digits.runtimeconfig.json", SearchOption.AllDirectories));
        Assert.Contains($"\"tfm\": \"{framework}\"", File.ReadAllText(runtime), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Blocks(string page, string language) =>
        Regex.Matches(page, $@"^```{language}\n(.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline).Select(block => block.Groups[1].Value);

    private static string WithoutFigures(string text) => Regex.Replace(text, @"\d+(\.\d+)?", "0");
}
