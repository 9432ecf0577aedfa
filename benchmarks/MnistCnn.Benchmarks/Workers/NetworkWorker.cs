using MnistCnn.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Trains some batches of one of the networks, again and again, on the engine or, with --engine torchsharp, over libtorch's operations.</summary>
internal static class NetworkWorker
{
    public static Dictionary<string, double> Run(WorkerOptions options)
    {
        random.manual_seed(options.Seed).Dispose();
        using nn.Module<Tensor, Tensor> model = options.Network switch
        {
            "lenet5" => NetworkPresets.LeNet5(),
            "example" => NetworkPresets.PyTorchExample(),
            "batchnorm" => NetworkPresets.BatchNorm(),
            "classifier" => new CnnClassifier(new CnnClassifierOptions { Seed = options.Seed }),
            _ => nn.Sequential(
                nn.Conv2d(1, 16, 3, stride: 2), nn.ReLU(), nn.Conv2d(16, 32, 3, stride: 2), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Flatten(),
                nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10)),
        };
        if (options.Engine == "torchsharp" && model is Sequential sequential)
        {
            // The engine leaves modules with hooks to libtorch.
            sequential.register_forward_pre_hook((_, input) => input);
        }

        TrainerOptions training = new()
        {
            Epochs = 3,
            Seed = options.Seed,
            Threads = options.Threads,
            LimitTrainBatches = options.Batches > 0 ? options.Batches : null
        };
        FitResult fit = new Trainer(training).Fit(model, MnistDataset.Load(options.Data, MnistSplit.Train));
        return new() { ["seconds"] = Median.Of(fit.History.Epochs.Select(e => e.Duration.TotalSeconds)) };
    }
}
