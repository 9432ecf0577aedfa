using MnistCnn.Batches;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Measures an epoch with each option in turn, again and again, in one process.</summary>
internal static class OptionsWorker
{
    private const string FrozenLayer = "conv1";

    private static readonly (string Name, Func<TrainerOptions, TrainerOptions> Change)[] Options =
    [
        ("plain", o => o),
        ("softmax output", o => o),
        ("label smoothing", o => o with { Loss = Loss.CrossEntropy(0.1) }),
        ("clip by value", o => o with { GradientClipValue = 0.01 }),
        ("clip by norm", o => o with { GradientClipNorm = 1 }),
        ("accumulation 2 × 64", o => o with { BatchSize = 64, GradientAccumulation = 2 }),
        ("EMA", o => o with { EmaDecay = 0.999 }),
        ("AdamW", o => o with { Optimizer = (p, rate) => optim.AdamW(p, rate) }),
        ("SGD with momentum", o => o with { Optimizer = (p, rate) => optim.SGD(p, rate, momentum: 0.9) }),
        ("another optimizer (RMSProp)", o => o with { Optimizer = (p, rate) => optim.RMSProp(p, rate) }),
        ("conv1 frozen", o => o),
        ("callback that reads gradients", o => o),
        ("RandomAffine", o => o with { Transforms = [new RandomAffine()] }),
        ("batch of 32", o => o with { BatchSize = 32 }),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Options.Select(option => option.Name)];

    /// <summary>Of each option, the seconds of an epoch in each round.</summary>
    public static Dictionary<string, object> Run(WorkerOptions given)
    {
        MnistDataset train = MnistDataset.Load(given.Data, MnistSplit.Train);
        TrainerOptions plain = new() { Epochs = 1, Seed = given.Seed, Threads = given.Threads };
        Dictionary<string, List<double>> seconds = Names.ToDictionary(name => name, _ => new List<double>());
        // The first round warms up.
        for (int round = 0; round <= given.Rounds; round++)
        {
            foreach ((string name, Func<TrainerOptions, TrainerOptions> change) in Options)
            {
                double epoch = Epoch(name, change(plain), train);
                if (round > 0)
                {
                    seconds[name].Add(epoch);
                }
            }
        }

        return seconds.ToDictionary(pair => pair.Key, pair => (object)pair.Value).Append(new("seconds", seconds[Names[0]][0])).ToDictionary();
    }

    private static double Epoch(string name, TrainerOptions options, MnistDataset train)
    {
        using CnnClassifier model = new(new CnnClassifierOptions
        {
            Seed = options.Seed,
            Output = name == "softmax output" ? ClassifierOutput.Softmax : ClassifierOutput.Logits
        });
        foreach ((string parameter, TorchSharp.Modules.Parameter tensor) in model.named_parameters())
        {
            tensor.requires_grad = name != "conv1 frozen" || !parameter.StartsWith(FrozenLayer, StringComparison.Ordinal);
        }

        TorchSharp.Modules.Parameter first = model.parameters().First();
        ITrainerCallback[] callbacks = name == "callback that reads gradients"
            ? [new LambdaCallback { BeforeOptimizerStep = context => _ = first.grad!.Handle }] : [];
        return new Trainer(options, callbacks).Fit(model, train).History.Epochs[0].Duration.TotalSeconds;
    }
}
