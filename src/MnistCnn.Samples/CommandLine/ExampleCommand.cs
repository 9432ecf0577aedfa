using System.CommandLine;
using MnistCnn.Mpi;

namespace MnistCnn.Samples.CommandLine;

/// <summary>A command whose help ends with examples, and whose failures become one line and an exit code.</summary>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    public ExampleCommand With(params Option[] options)
    {
        foreach (Option option in options)
        {
            Options.Add(option);
        }

        return this;
    }

    public ExampleCommand Running(Func<ParseResult, Interruption, Task<int>> run)
    {
        SetAction(parsed => Guard(parsed, run));
        return this;
    }

    private static async Task<int> Guard(ParseResult parsed, Func<ParseResult, Interruption, Task<int>> run)
    {
        using Interruption interruption = new();
        try
        {
            return await run(parsed, interruption);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Canceled.");
            return interruption.ExitCode;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("MNISTCNN_STACK_TRACES") is null)
        {
            string kind = e is IOException or UnauthorizedAccessException or ArgumentException or FormatException or HttpRequestException
                or DllNotFoundException or PlatformNotSupportedException or MpiUnavailableException
                ? ""
                : $"{e.GetType().Name}: ";
            await Console.Error.WriteLineAsync($"error: {kind}{e.Message.ReplaceLineEndings(" ")}");
            return ExitCode.Failure;
        }
    }
}
