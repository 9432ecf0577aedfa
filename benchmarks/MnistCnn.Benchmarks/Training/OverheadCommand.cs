using System.Diagnostics;
using MnistCnn.Batches;
using MnistCnn.Benchmarks.Workers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>overhead --data DIR [--rounds N] [--threads N]</c>: what <see cref="Trainer.Fit"/> without callbacks costs over a loop of the same operations written by
/// hand, in alternating rounds of a fresh epoch each, and what the first epoch costs over the second.
/// </summary>
internal static class OverheadCommand
{
    private const int BatchSize = 128;

    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int rounds = int.Parse(given.GetValueOrDefault("--rounds", "5"), System.Globalization.CultureInfo.InvariantCulture);
        int threads = int.Parse(given.GetValueOrDefault("--threads", "2"), System.Globalization.CultureInfo.InvariantCulture);
        MnistDataset train = MnistDataset.Load(given["--data"], MnistSplit.Train);
        // The optimizer is TorchSharp's own in both, so that both run the same operations.
        TrainerOptions options = new() { Epochs = 1, Threads = threads, Device = CPU, Optimizer = (p, lr) => optim.Adam(p, lr) };
        FitResult first = Fit(options with { Epochs = 3 }, train);
        double[] epochs = [.. first.History.Epochs.Select(e => e.Duration.TotalSeconds)];
        Console.WriteLine($"epochs of the first Fit: {string.Join(" ", epochs.Select(e => $"{e:F3}"))} s; first / second {epochs[0] / epochs[1]:F3}");
        ByHand(train, threads);
        List<double> ratios = [];
        for (int round = 0; round < rounds; round++)
        {
            double byHand = ByHand(train, threads);
            double fit = Fit(options, train).History.Epochs[0].Duration.TotalSeconds;
            ratios.Add(fit / byHand);
            Console.WriteLine($"by hand {byHand:F3} s, Fit {fit:F3} s, ratio {ratios[^1]:F3}");
        }

        Console.WriteLine($"median ratio {Median.Of([.. ratios]):F3}");
        return 0;
    }

    private static FitResult Fit(TrainerOptions options, MnistDataset train)
    {
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        return new Trainer(options).Fit(model, train);
    }

    private static double ByHand(MnistDataset train, int threads)
    {
        set_num_threads(threads);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Parameter[] parameters = [.. model.parameters()];
        using TorchSharp.Modules.Adam optimizer = optim.Adam(parameters, 0.00025);
        BatchLoader batches = new(train, new BatchLoaderOptions { BatchSize = BatchSize });
        long started = Stopwatch.GetTimestamp();
        (double lossSum, long hits) = (0, 0);
        model.train();
        foreach (MnistBatch batch in batches.Epoch(1))
        {
            using DisposeScope scope = NewDisposeScope();
            using MnistBatch owned = batch;
            foreach (Parameter parameter in parameters)
            {
                parameter.grad = null;
            }

            Tensor output = model.forward(batch.Images);
            Tensor loss = nn.functional.cross_entropy(output, batch.Labels);
            loss.backward();
            optimizer.step();
            lossSum += loss.ToDouble() * batch.Labels.shape[0];
            hits += output.argmax(1).eq(batch.Labels).sum().ToInt64();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
