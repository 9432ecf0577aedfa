using MnistCnn.Training.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>Networks of one's own in the trainer.</summary>
public sealed class SequentialRunTests : IDisposable
{
    private static readonly SyntheticDigits Train = new(280, seed: 1);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_layers_of_the_classifier_in_a_Sequential_train_to_its_bits()
    {
        using CnnClassifier classifier = new(new CnnClassifierOptions { Seed = 1 });
        using Sequential sequential = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 16, 3, stride: 2), nn.ReLU(), nn.Conv2d(16, 32, 3, stride: 2), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU()), nn.Flatten(),
            nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10));
        using (no_grad())
        {
            foreach ((Parameter from, Parameter to) in classifier.parameters().Zip(sequential.parameters()))
            {
                to.copy_(from);
            }
        }

        TrainerOptions options = OptionRun.Options("plain");
        new Trainer(options).Fit(classifier, Train);
        FitResult fit = new Trainer(options).Fit(sequential, Train);
        Assert.Equal(200, fit.History.Steps.Count);
        Assert.Equal(TrainingData.Weights(classifier), TrainingData.Weights(sequential));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Threads_and_resumes_change_no_bit_with_batch_normalisation_and_dropout(string option)
    {
        TrainerOptions options = OptionRun.Options(option) with { Epochs = 4 };
        (byte[] expected, FitResult fit) = Fit(option, options with { Threads = 1 });
        Assert.Equal(expected, Fit(option, options with { Threads = 3 }).State);
        foreach (int stop in new[] { 1, 6, 15 })
        {
            Fit(option, options with { MaxSteps = stop, Schedule = options.Schedule }, new ModelCheckpoint(folder[$"{option}-{stop}"]) { EverySteps = 1 });
            Assert.Equal(expected, Fit(option, options with { ResumeFrom = Path.Combine(folder[$"{option}-{stop}"], "last.ckpt") }).State);
        }

        Assert.True(fit.History.Steps[^1].Loss < fit.History.Steps[0].Loss);
    }

    public static TheoryData<string> Options => ["plain", "clip norm", "accumulation", "average", "foreign optimizer", "gradients are read"];

    [Fact]
    public void Running_statistics_and_weights_follow_those_of_libtorch()
    {
        TrainerOptions options = OptionRun.Options("momentum") with { MaxSteps = 3 };
        using Sequential engine = Network(withDropout: false), libtorch = Network(withDropout: false);
        // Few steps, since rounding grows from step to step wherever a ReLU or a maximum chooses otherwise. A hook is one of the things that the engine leaves
        // to libtorch.
        libtorch.register_forward_hook((_, _, output) => output);
        ListLogger one = new(), other = new();
        new Trainer(options, [], one).Fit(engine, Train);
        new Trainer(options, [], other).Fit(libtorch, Train);

        Assert.Contains("Steps run on the engine", one.Lines);
        Assert.Contains("Steps run over libtorch's operations, since a layer of type Sequential has hooks", other.Lines);
        foreach ((string name, Tensor value) in engine.state_dict())
        {
            Tensor expected = libtorch.state_dict()[name];
            double most = Math.Max(1, expected.to(ScalarType.Float64).abs().max().item<double>());
            Assert.InRange((value - expected).to(ScalarType.Float64).abs().max().item<double>(), 0, 1e-4 * most);
        }
    }

    [Fact]
    public void Dropout_makes_the_asked_share_zero_and_scales_the_rest()
    {
        using Sequential network = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(784, 10));
        using (no_grad())
        {
            foreach (Parameter parameter in network.parameters())
            {
                parameter.zero_();
            }
        }

        // The gradient of the weights is a sum of inputs: without dropout it would be that of all pixels.
        double[] Sums(Sequential model)
        {
            double[] sums = [];
            new Trainer(new TrainerOptions { Epochs = 1, BatchSize = 2000, MaxSteps = 1, Device = CPU }, [new LambdaCallback
            {
                BeforeOptimizerStep = context => sums = [.. model.parameters().First().grad!.to(ScalarType.Float64).abs().sum(1).data<double>().ToArray()],
            }]).Fit(model, new SyntheticDigits(2000, seed: 1));
            return sums;
        }

        using Sequential plain = nn.Sequential(nn.Flatten(), nn.Linear(784, 10));
        using (no_grad())
        {
            foreach (Parameter parameter in plain.parameters())
            {
                parameter.zero_();
            }
        }

        foreach ((double with, double without) in Sums(network).Zip(Sums(plain)))
        {
            Assert.InRange(with / without, 0.9, 1.25);
        }
    }

    private static (byte[] State, FitResult Fit) Fit(string option, TrainerOptions options, params ITrainerCallback[] more)
    {
        using Sequential model = Network(withDropout: true);
        FitResult fit = new Trainer(options, [.. OptionRun.Callbacks(option), .. more]).Fit(model, Train);
        return (Bytes(model), fit);
    }

    private static byte[] Bytes(Sequential model) =>
        [.. model.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.bytes.ToArray())];

    private static Sequential Network(bool withDropout)
    {
        List<(string, nn.Module<Tensor, Tensor>)> layers =
        [
            ("conv1", nn.Conv2d(1, 8, 3, padding: 1, bias: false)), ("bn1", nn.BatchNorm2d(8)), ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(2)),
            ("drop1", nn.Dropout2d(0.1)),
            ("conv2", nn.Conv2d(8, 16, 3, padding: 1)), ("bn2", nn.BatchNorm2d(16)), ("relu2", nn.LeakyReLU(0.1)), ("pool2", nn.AvgPool2d(2)),
            ("flatten", nn.Flatten()), ("fc1", nn.Linear(16 * 7 * 7, 32)),
            ("bn3", nn.BatchNorm1d(32)), ("relu3", nn.ReLU()), ("drop2", nn.Dropout(0.3)), ("fc2", nn.Linear(32, 10)),
        ];
        return nn.Sequential([.. layers.Where(layer => withDropout || !layer.Item1.StartsWith("drop", StringComparison.Ordinal))]).Seeded(3);
    }
}
