using System.Diagnostics;
using System.Text.Json;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>Runs a program, and watches its clock and its memory.</summary>
internal static class MeasuredProcess
{
    public static Run Run(Contender contender)
    {
        string[] prefix = Environment.GetEnvironmentVariable("COMPARE_PREFIX")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] command = [.. prefix, .. contender.Command];
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["TERM"] = "dumb" }
            }
        };
        long started = Stopwatch.GetTimestamp();
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        double peak = 0;
        while (!process.WaitForExit(20))
        {
            peak = Math.Max(peak, ProcessTree.PeakMebibytes(process.Id));
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        string last = output.Result.TrimEnd().Split('\n')[^1];
        if (process.ExitCode != 0 || !last.StartsWith('{'))
        {
            string reason = (errors.Result.TrimEnd().Split('\n')[^1] + " " + last).Trim();
            throw new InvalidOperationException($"{contender.Name}: exit code {process.ExitCode}: {reason}");
        }

        Dictionary<string, JsonElement> report = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(last)!;
        report["process_seconds"] = JsonSerializer.SerializeToElement(seconds);
        report["peak_mebibytes"] = JsonSerializer.SerializeToElement(peak);
        return new Run(contender.Measure switch { Measure.ReportedSeconds => report["seconds"].GetDouble(), Measure.WholeProcess => seconds, _ => peak },
            report);
    }
}
