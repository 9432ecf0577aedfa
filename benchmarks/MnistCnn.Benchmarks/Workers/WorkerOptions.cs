using System.Globalization;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>The arguments of a worker, as pairs of <c>--name value</c>.</summary>
internal sealed class WorkerOptions(string[] args)
{
    private readonly Dictionary<string, string> values = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    public string Data => Get("--data", Path.Combine("..", "shared", "mnist"));

    public string Engine => Get("--engine", "ours");

    public string Network => Get("--network", "reference");

    /// <summary>Batches of an epoch; all where 0.</summary>
    public int Batches => Number("--batches", 0);

    public int Threads => Number("--threads", Environment.ProcessorCount);

    public int Seed => Number("--seed", 1);

    public int Rounds => Number("--rounds", 3);

    private int Number(string name, int fallback) => int.Parse(Get(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    private string Get(string name, string fallback) => values.GetValueOrDefault(name, fallback);
}
