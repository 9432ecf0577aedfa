using System.Diagnostics;
using System.Reflection;

namespace MnistCnn.Samples.Tests;

/// <summary>Starts the built sample application.</summary>
internal static class Sample
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Dll { get; } = Metadata("SamplesDll");

    public static string MnistFolder { get; } = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "mnist"));

    public static bool HasMnist => File.Exists(Path.Combine(MnistFolder, "train-images-idx3-ubyte.gz"));

    public static Process Start(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        // A script that starts the tests in the background has them, and what they start, ignore SIGINT: env(1) undoes that.
        ProcessStartInfo start = new("env", ["--default-signal=INT", "dotnet", Dll, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static SampleResult Run(string folder, params string[] arguments) => Run(folder, null, arguments);

    public static SampleResult Run(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using Process process = Start(folder, environment, arguments);
        return Finish(process);
    }

    public static SampleResult Finish(Process process)
    {
        (int exitCode, string output, string error) = ChildProcess.Finish(process);
        return new SampleResult(exitCode, output, error);
    }

    /// <summary>Sends SIGINT, as Ctrl+C does.</summary>
    public static void Interrupt(Process process)
    {
        // The shell's own kill: the program of that name is in a package that a small Debian does not have.
        using Process kill = Process.Start("sh", ["-c", $"kill -INT {process.Id}"]);
        kill.WaitForExit();
    }

    private static string Metadata(string key) => typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
