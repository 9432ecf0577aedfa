using System.Diagnostics;

namespace MnistCnn.Mpi.Tests;

/// <summary>Programs of the system.</summary>
internal static class Programs
{
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = ChildProcess.Run(new ProcessStartInfo(program, arguments));
        return (exitCode, output + error);
    }

    public static void Signal(string signal, int process) => Assert.True(TrySignal(signal, $"{process}"), $"{signal} did not reach process {process}.");

    /// <summary>
    /// Signals a process that may have ended: with the shell's own kill, since the program of that name is in a package that a small Debian does not have.
    /// </summary>
    public static bool TrySignal(string signal, string process) => Run("sh", "-c", $"kill -{signal} {process}").ExitCode == 0;
}
