using System.Diagnostics;

namespace MnistCnn.Tests;

/// <summary>This test program in a process of its own: a variable in its environment makes it do something else than testing, and end.</summary>
internal static class OwnProcess
{
    public static Process Start(IReadOnlyDictionary<string, string> environment)
    {
        string program = Environment.ProcessPath!;
        bool isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        ProcessStartInfo start = new(program, isHosted ? [typeof(OwnProcess).Assembly.Location] : [])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
