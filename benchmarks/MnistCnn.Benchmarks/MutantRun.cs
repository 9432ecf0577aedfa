using System.Diagnostics;
using System.Globalization;
using MnistCnn.Tests.Serialization;

namespace MnistCnn.Benchmarks;

/// <summary>Loads many damaged weights files into a living model, and prints the longest load and the growth of memory.</summary>
internal static class MutantRun
{
    public static int Run(int count)
    {
        using MutantTrial trial = new();
        for (int seed = -200; seed < 0; seed++)
        {
            trial.Try(new Random(seed));
        }

        GC.Collect();
        ResetPeak();
        long start = Status("VmRSS");
        Stopwatch clock = Stopwatch.StartNew();
        for (int seed = 0; seed < count; seed++)
        {
            trial.Try(new Random(seed));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count} mutants in {clock.Elapsed.TotalSeconds:F0} s: {trial.Refused} refused, {trial.Accepted} loaded (200 of a warm-up included); longest "
                + $"load {trial.Longest.TotalMilliseconds:F1} ms; peak {(Status("VmHWM") - start) / 1024.0:F1} MiB above the start"));
        return 0;
    }

    // Writing 5 resets the peak of the resident set (proc(5), clear_refs).
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long Status(string name) => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]
            .Split('\t')[^1],
        CultureInfo.InvariantCulture);
}
