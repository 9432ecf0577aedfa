using System.Text.Json;

namespace MnistCnn.Samples.Tests;

/// <summary>What a run of the sample application left behind.</summary>
internal sealed record SampleResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonElement LastLineAsJson => JsonDocument.Parse(Lines[^1]).RootElement;

    public SampleResult MustEndWith(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code: expected {exitCode}, found {ExitCode}.\n{Output}\n{Error}");
        return this;
    }
}
