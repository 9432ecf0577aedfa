using System.Globalization;
using MnistCnn.Benchmarks.Workers;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>All comparisons, as the programs that take part.</summary>
internal sealed class Parts(string repository, string data, int threads, int jobEpochs)
{
    private const string Torch = "TorchSharp";

    public static readonly string[] Names = ["load", "epoch", "job", "time-to-99", "latency", "throughput", "memory", "options", "ranks", "runtimes",
        "reference", "lenet5", "example", "batchnorm"];

    /// <summary>The parts that "networks" stands for.</summary>
    public static IEnumerable<string> Networks => Names.TakeLast(4);

    public Part Create(string name) => name switch
    {
        "load" => new(name, "read 70,000 images (.gz)", "s", 1,
            [Python("gzip + numpy", "load.py", data), Worker($"{Torch}, a tensor an image", "load", "--engine", "torchsharp"),
                Worker(Contender.Ours, "load", "--engine", "ours")]),
        "epoch" => new(name, "one epoch of training", "s", 1,
        [
            .. Enumerable.Range(1, threads).Select(n => Python($"PyTorch, tuned, {n} threads", "tuned.py", "--data", data, "--threads", Text(n))),
            Worker($"{Torch}, this Trainer", "epoch", "--engine", "torchsharp"), Worker(Contender.Ours, "epoch", "--engine", "ours"),
        ]),
        "job" => Job(name, $"reference job, {jobEpochs} epochs", "s", Measure.WholeProcess),
        "memory" => Job(name, $"peak memory, {jobEpochs} epochs", "MiB", Measure.PeakMemory),
        "time-to-99" => new(name, "process start to 99.0%", "s", 1, [Worker(Contender.Ours, "time-to-99")], SeedPerRun: true),
        "latency" => new(name, "one image", "µs", 1e6,
        [
            Worker($"{Torch}, 1 thread", "latency", "--engine", "torchsharp", "--threads", "1"),
            Worker("ONNX Runtime, 1 thread", "latency", "--engine", "onnx", "--threads", "1"),
                Worker("ONNX Runtime, 2 threads", "latency", "--engine", "onnx", "--threads", "2"),
            Worker(Contender.Ours, "latency", "--engine", "ours", "--threads", "1"),
        ]),
        "throughput" => new(name, "1,024 images", "ms", 1e3,
            [Worker(Torch, "throughput", "--engine", "torchsharp"), Worker("ONNX Runtime", "throughput", "--engine", "onnx"),
                Worker(Contender.Ours, "throughput", "--engine", "ours")]),
        "reference" => new(name, "an epoch of the reference layers", "s", 1,
            [Worker("CnnClassifier", "network", "--network", "classifier"), Worker(Contender.Ours, "network", "--network", name)]),
        "lenet5" => Network(name, "LeNet-5", batches: 0),
        "example" => Network(name, "PyTorch's example network, 100 steps", batches: 100),
        "batchnorm" => Network(name, "the BatchNorm network, 100 steps", batches: 100),
        "options" => new(name, "an epoch with an option", "s", 1,
            [.. OptionsWorker.Names.Select(option => Worker(option, name))], Baseline: OptionsWorker.Names[0], InOneProcess: true),
        "ranks" => new(name, "an epoch on ranks of MPI", "s", 1, [Mpi(1, 1), Mpi(2, 1), Mpi(1, 2)], Baseline: Mpi(1, 1).Name),
        "runtimes" => new(name, "an epoch", "s", 1, [Published("10.0"), Published("9.0"), Published("8.0")], Baseline: Published("10.0").Name),
        _ => throw new ArgumentException($"Expected one of {string.Join(", ", Names)}, found '{name}'.", nameof(name)),
    };

    private Part Job(string name, string title, string unit, Measure measure)
    {
        string output = Path.Combine(Path.GetTempPath(), "mnistcnn-compare");
        string samples = Path.Combine(repository, "src", "MnistCnn.Samples", "bin", "publish", "MnistCnn.Samples.dll");
        Contender ours = new(
            Contender.Ours,
            ["dotnet", samples, "train", "--data", data, "--epochs", Text(jobEpochs), "--threads", Text(threads), "--seed", "1", "--out", output, "--json"],
            measure);
        return new(name, title, unit, 1, [Python("PyTorch, reference", "reference.py", "--data", data, "--epochs", Text(jobEpochs)) with { Measure = measure },
            ours]);
    }

    private Contender Python(string name, string script, params string[] arguments) =>
        new(name, ["/usr/bin/python3", Path.Combine(repository, "benchmarks", "peers", script), .. arguments]);

    private Part Network(string name, string title, int batches)
    {
        string[] limit = ["--network", name, "--batches", Text(batches)];
        Contender peer = Python($"PyTorch, tuned, {threads} threads", "networks.py", ["--data", data, "--threads", Text(threads), .. limit]);
        return new(name, title, "s", 1, [peer, Worker($"{Torch}, this Trainer", "network", ["--engine", "torchsharp", .. limit]),
            Worker(Contender.Ours, "network", limit)]);
    }

    /// <summary>Ranks of this machine, each with some threads.</summary>
    private Contender Mpi(int ranks, int threadsOfRank)
    {
        string[] root = Environment.IsPrivilegedProcess ? ["--allow-run-as-root"] : [];
        string[] worker = [.. Worker("", "ranks", "--threads", Text(threadsOfRank)).Command];
        return new($"{ranks} × {threadsOfRank} thread{(threadsOfRank > 1 ? "s" : "")}",
            ["mpirun.openmpi", .. root, "--oversubscribe", "--bind-to", "none", "-n", Text(ranks), .. worker]);
    }

    /// <summary>This program as compare.sh published it with a runtime.</summary>
    private Contender Published(string runtime)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "..", Environment.Version.ToString(2) == runtime ? "publish" : $"publish-net{runtime}",
            "MnistCnn.Benchmarks");
        return new($".NET {runtime}", [Path.GetFullPath(program), "measure", "epoch", "--data", data, "--threads", Text(threads)]);
    }

    private Contender Worker(string name, string what, params string[] arguments)
    {
        string[] given = arguments.Contains("--threads") ? arguments : [.. arguments, "--threads", Text(threads)];
        return new(name, ["dotnet", typeof(Parts).Assembly.Location, "measure", what, "--data", data, .. given]);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
