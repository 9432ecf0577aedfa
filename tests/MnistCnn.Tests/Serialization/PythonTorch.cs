using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MnistCnn.Tests.Serialization;

/// <summary>Runs tests/python/interop.py with the system's Python, where that has PyTorch.</summary>
internal static class PythonTorch
{
    private const string Interpreter = "/usr/bin/python3";

    private static readonly Lazy<bool> Present = new(() => File.Exists(Interpreter) && Start("-c", "import torch, numpy").ExitCode == 0);

    public static void SkipUnlessPresent() => Assert.SkipUnless(Present.Value, $"{Interpreter} has no torch and numpy (Debian: python3-torch).");

    public static string Run(params string[] arguments)
    {
        (int exitCode, string output, string error) = Start([Script(), .. arguments]);
        Assert.True(exitCode == 0, error);
        return output;
    }

    private static string Script([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "python", "interop.py"));

    private static (int ExitCode, string Output, string Error) Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
