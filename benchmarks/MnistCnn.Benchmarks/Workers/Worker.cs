using System.Text.Json;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>What a process of a comparison does: it measures one thing and ends with one line of JSON.</summary>
internal static class Worker
{
    public static int Run(string what, string[] args)
    {
        WorkerOptions options = new(args);
        if (what is "options" or "ranks")
        {
            if ((what == "options" ? OptionsWorker.Run(options) : RanksWorker.Run(options)) is { } reports)
            {
                Console.WriteLine(JsonSerializer.Serialize(reports));
            }

            return 0;
        }

        Dictionary<string, double> report = what switch
        {
            "load" => LoadWorker.Run(options),
            "epoch" => EpochWorker.Run(options),
            "network" => NetworkWorker.Run(options),
            "time-to-99" => TimeToAccuracyWorker.Run(options),
            "latency" => PredictionWorker.Latency(options),
            "throughput" => PredictionWorker.Batches(options),
            _ => throw new ArgumentException($"Expected load, epoch, time-to-99, latency, throughput, network, options or ranks, found '{what}'.",
                nameof(what)),
        };
        Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }
}
