using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MnistCnn.Tests.Serialization;

/// <summary>Runs tests/python/interop.py with the system's Python, where that has PyTorch.</summary>
internal static class PythonTorch
{
    private const string Interpreter = "/usr/bin/python3";

    private static readonly Lazy<bool> Present = new(() => ChildProcess.Succeeds(Interpreter, "-c", "import torch, numpy"));

    public static void SkipUnlessPresent() => Assert.SkipUnless(Present.Value, $"{Interpreter} has no torch and numpy (Debian: python3-torch).");

    public static string Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Interpreter, [Script(), .. arguments]);
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        (int exitCode, string output, string error) = ChildProcess.Run(start);
        Assert.True(exitCode == 0, error);
        return output;
    }

    private static string Script([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "python", "interop.py"));
}
