using System.Diagnostics;

namespace MnistCnn.Package.Tests;

/// <summary>Runs a program to its end and gives back what it printed.</summary>
internal static class CommandRunner
{
    public static (int ExitCode, string Output) Run(string folder, string program, params string[] arguments) =>
        Run(folder, new Dictionary<string, string>(), program, arguments);

    public static (int ExitCode, string Output) Run(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder };
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
            || k is "DOTNET_CLI_TELEMETRY_SESSIONID" or "RunAnalyzers" or "NUGET_PACKAGES").ToArray())
        {
            start.Environment.Remove(inherited);
        }

        // libtorch is large: link it into the output folders.
        start.Environment["CreateHardLinksForCopyLocalIfPossible"] = "true";
        start.Environment["CreateHardLinksForPublishFilesIfPossible"] = "true";

        // No build server may outlive a test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        (int exitCode, string output, string error) = ChildProcess.Run(start);
        return (exitCode, output + error);
    }

    public static string RunOrFail(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        (int exitCode, string output) = Run(folder, environment, program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} in {folder} ended with {exitCode}:\n{output}");
        return output;
    }

    public static string RunOrFail(string folder, string program, params string[] arguments) =>
        RunOrFail(folder, new Dictionary<string, string>(), program, arguments);
}
