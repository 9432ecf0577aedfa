using System.Runtime.InteropServices;
using MnistCnn.Training.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

public sealed class RanksOnEngineTests
{
    private static readonly SyntheticDigits Fresh = new(40 * 70, seed: 1);

    [Theory]
    [InlineData("plain", 2)]
    [InlineData("softmax", 2)]
    [InlineData("clip norm", 2)]
    [InlineData("accumulation", 2)]
    [InlineData("average", 3)]
    [InlineData("momentum", 2)]
    [InlineData("foreign optimizer", 2)]
    [InlineData("frozen", 3)]
    [InlineData("gradients are read", 2)]
    [InlineData("everything", 2)]
    public void Several_ranks_train_as_one_process_does_over_40_steps(string option, int count)
    {
        TrainerOptions options = OptionRun.Options(option) with { Epochs = 1 };
        // Another slicing of a batch rounds otherwise, and an optimizer that divides by the root of a square moves a weight whose gradient is rounding alone by
        // its whole rate: a larger epsilon takes that out.
        options = option switch
        {
            "foreign optimizer" => options with { Optimizer = (p, lr) => TorchSharp.torch.optim.RMSProp(p, lr, eps: 1e-3), LearningRate = 0.0002 },
            "accumulation" or "everything" => options with { Optimizer = (p, lr) => TorchSharp.torch.optim.Adam(p, lr, eps: 1e-3), WeightDecay = 0 },
            _ => options,
        };
        ListLogger logger = new();
        byte[] alone = Train(option, options), first = [];
        ThreadRanks.Run(count, rank =>
        {
            byte[] weights = Train(option, options with { Collective = rank }, rank.Rank == 0 ? logger : null);
            first = rank.Rank == 0 ? weights : first;
        });

        Assert.Contains("Steps run on the engine", logger.Lines);
        Assert.InRange(Floats(alone).Zip(Floats(first), (a, b) => Math.Abs(a - b)).Max(), 0, 5e-5);
    }

    [Fact]
    public void Where_one_rank_cannot_use_the_engine_none_does()
    {
        ListLogger[] loggers = [new(), new()];
        ThreadRanks.Run(2, rank =>
        {
            using CnnClassifier model = OptionRun.Model("plain", kernels: rank.Rank == 0);
            new Trainer(OptionRun.Options("plain") with { Epochs = 1, Collective = rank }, [], loggers[rank.Rank]).Fit(model, OptionRun.Train);
        });

        Assert.Contains("Steps run over libtorch's operations, since another rank cannot use the engine", loggers[0].Lines);
        Assert.Empty(loggers[1].Lines);
    }

    [Fact]
    public void Ranks_with_dropout_stop_early_together_and_with_the_same_bits_each_time()
    {
        (byte[] Weights, FitResult Fit)[] first = Run(), second = Run();
        Assert.All(first, rank => Assert.Equal((StopReason.EarlyStopped, 3), (rank.Fit.StopReason, rank.Fit.History.Epochs.Count)));
        Assert.Equal(first[0].Weights, first[1].Weights);
        Assert.Equal(first[0].Weights, second[0].Weights);

        static (byte[], FitResult)[] Run()
        {
            (byte[], FitResult)[] results = new (byte[], FitResult)[2];
            ThreadRanks.Run(2, rank =>
            {
                using Sequential model = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10)).Seeded(1);
                TrainerOptions options = OptionRun.Options("transform") with { ValidateEveryEpochs = 1, Collective = rank };
                FitResult fit = new Trainer(options, [new EarlyStopping(patience: 2, minDelta: 100)]).Fit(model, OptionRun.Train, OptionRun.Train);
                results[rank.Rank] = (TrainingData.Weights(model), fit);
            });
            return results;
        }
    }

    private static byte[] Train(string option, TrainerOptions options, ListLogger? logger = null)
    {
        using CnnClassifier model = OptionRun.Model(option);
        new Trainer(options, OptionRun.Callbacks(option), logger).Fit(model, Fresh);
        return TrainingData.Weights(model);
    }

    private static float[] Floats(byte[] weights) => MemoryMarshal.Cast<byte, float>(weights).ToArray();
}
