using System.ComponentModel;
using System.Diagnostics;

namespace MnistCnn.Tests;

/// <summary>Programs that tests start. What has not ended by the deadline is killed with all that it started, so that no test waits for ever.</summary>
internal static class ChildProcess
{
    /// <summary>Many times what the longest of them takes.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether a program is there and ends with 0.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            return Run(new ProcessStartInfo(program, arguments)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output, string Error) Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using Process process = Process.Start(start)!;
        return Finish(process);
    }

    /// <summary>Waits for the end of a process whose output is redirected.</summary>
    public static (int ExitCode, string Output, string Error) Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!Task.WhenAll(process.WaitForExitAsync(), output, error).Wait(Deadline))
        {
            process.Kill(entireProcessTree: true);
            string found = output.Wait(TimeSpan.FromSeconds(1)) && error.Wait(TimeSpan.FromSeconds(1)) ? output.Result + error.Result : "";
            Assert.Fail($"'{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}' did not end within {Deadline}:\n{found}");
        }

        return (process.ExitCode, output.Result, error.Result);
    }
}
