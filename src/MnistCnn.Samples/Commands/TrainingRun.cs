using System.Text.Json.Nodes;
using MnistCnn.Mpi;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using MnistCnn.Samples.Terminal;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Commands;

/// <summary>One call of <c>train</c>, from data to pictures.</summary>
internal sealed class TrainingRun(TrainingRequest request, Interruption interruption)
{
    private readonly RunFolder folder = new(request.OutputFolder);

    public async Task<int> RunAsync()
    {
        Launch.SilenceOthers();

        (FoundData found, DeviceSelection device) = await FindAsync();
        (FoundData data, IMnistDataset? heldOut) = found.HoldOut(request.HoldOut);
        TrainerOptions recipe = Options(device);
        folder.Create();
        using MpiCollective? ranks = Launch.Join();
        TrainerOptions options = recipe with { Collective = ranks, Threads = Launch.Threads(request.Threads, ranks) };
        string calibrating = heldOut is null ? "" : $", calibrating on {heldOut.Count:N0}";
        string processes = ranks is null ? "" : $" Processes: {ranks.WorldSize}, threads in each here: {options.Threads}.";
        string measuring = $"measuring on {data.Test.Count:N0}{calibrating}";
        Console.WriteLine($"Training on {data.Train.Count:N0} images of {data.Name}, {measuring}. Device {device}{processes}");

        using nn.Module<Tensor, Tensor> model = SampleNetworks.Create(request.Network, data.Train, request.Seed, request.Softmax);
        FitResult fit = Screen.IsInteractive ? LiveProgress.Run(progress => Fit(model, data, options, LiveProgress.WriteAbove,
            [new ProgressReporter(progress)])) : Fit(model, data, options, Console.WriteLine, []);
        if (Launch.IsFirst)
        {
            Report(fit, model, data, options, heldOut);
        }

        return fit.StopReason switch
        {
            StopReason.Canceled => interruption.ExitCode,
            StopReason.NonFiniteLoss => ExitCode.Failure,
            _ => ExitCode.Success,
        };
    }

    /// <summary>
    /// Loads libtorch while the training images are read and the kernels compiled, which takes as long. Not sooner: until it is loaded, the system's loader
    /// binds no function for anybody else, and those that read images are bound only once some were read.
    /// </summary>
    private async Task<(FoundData Data, DeviceSelection Device)> FindAsync()
    {
        Lazy<Task<DeviceSelection>> selecting = new(() => Task.Run(() => DeviceSelector.Parse(request.Device)));
        try
        {
            FoundData data = await FoundData.FindOrDrawAsync(request.Data, request.Variant, interruption.Token, () => _ = selecting.Value);
            _ = selecting.Value; // where no images were read
            CnnClassifier.CompileKernels();
            return (data, await selecting.Value);
        }
        finally
        {
            // A process that ends while libtorch loads crashes.
            await Task.WhenAny(selecting.IsValueCreated ? selecting.Value : Task.CompletedTask);
        }
    }

    private TrainerOptions Options(DeviceSelection device)
    {
        TrainerOptions recipe = request.Recipe switch
        {
            "fast" => TrainingRecipe.Fast,
            "best" => TrainingRecipe.Best,
            "robust" => TrainingRecipe.Robust,
            _ => TrainingRecipe.Reference,
        };
        return recipe with
        {
            Epochs = request.Epochs ?? recipe.Epochs,
            BatchSize = request.BatchSize ?? recipe.BatchSize,
            LearningRate = request.LearningRate ?? recipe.LearningRate,
            Seed = request.Seed,
            Device = device.Device,
            ResumeFrom = request.Resume && Launch.IsFirst ? folder.ExistingCheckpoint() : null,
        };
    }

    private FitResult Fit(nn.Module<Tensor, Tensor> model, FoundData data, TrainerOptions options, Action<string> write, IEnumerable<ITrainerCallback> more)
    {
        ITrainerCallback[] callbacks =
        [
            new StepLogger(new LineLogger<StepLogger>(write)),
            new CsvLogger(folder.History),
            new ModelCheckpoint(request.OutputFolder) { KeepBest = 0 },
            .. more,
        ];
        return new Trainer(options, callbacks, new LineLogger<Trainer>(write)).Fit(model, data.Train, data.Test, interruption.Token);
    }

    private void Report(FitResult fit, nn.Module<Tensor, Tensor> model, FoundData data, TrainerOptions options, IMnistDataset? heldOut)
    {
        switch (fit.StopReason)
        {
            case StopReason.Canceled:
                Console.Error.WriteLine($"{fit.StopMessage} Go on with the same command and --resume; the checkpoint is {folder.Checkpoint}.");
                break;
            case StopReason.NonFiniteLoss:
                Console.Error.WriteLine($"error: {fit.StopMessage} Try a lower --lr.");
                break;
            default:
                if (heldOut is not null)
                {
                    new Trainer(options).Calibrate(model, heldOut);
                }

                Report(fit, model, new Measurement(data.Test, data.Name, new Trainer(options).Evaluate(model, data.Test)));
                break;
        }
    }

    private void Report(FitResult fit, nn.Module<Tensor, Tensor> model, Measurement measured)
    {
        folder.Write(model, measured);
        Tables.WriteConfusion(measured);
        double seconds = fit.Duration.TotalSeconds;
        Tables.WriteSummary(
        [
            ("data", measured.DatasetName),
            ("accuracy", $"{measured.Accuracy} of {measured.Result.Count:N0} images that it was not trained on"),
            ("loss", $"{measured.Result.Loss:F4}"),
            ("calibration", measured.CalibrationOf(model)),
            ("time", $"{seconds:F1} s for {fit.History.Epochs.Count} {(fit.History.Epochs.Count == 1 ? "epoch" : "epochs")}, measuring included"),
            ("written", string.Join(", ", folder.Written.Select(f => Path.Combine(request.OutputFolder, Path.GetFileName(f))))),
        ]);
        Console.WriteLine($"{measured.DatasetName}: accuracy {measured.Accuracy}. Draw digits yourself: serve --model {folder.Model}");
        if (request.Json)
        {
            // Not a serializer, which would have code generated first, at the end of a run that lasts seconds.
            Console.WriteLine(new JsonObject
            {
                ["dataset"] = measured.DatasetId,
                ["epochs"] = fit.History.Epochs.Count,
                ["val_accuracy"] = measured.Result.Accuracy,
                ["val_loss"] = measured.Result.Loss,
                ["val_nll"] = measured.Result.NegativeLogLikelihood,
                ["val_calibration_error"] = measured.Result.CalibrationError,
                ["train_seconds"] = Math.Round(seconds, 3),
                ["epoch_seconds"] = new JsonArray([.. fit.History.Epochs.Select(e => JsonValue.Create(Math.Round(e.Duration.TotalSeconds, 3)))]),
                ["stop_reason"] = fit.StopReason.ToString(),
                ["model"] = folder.Model,
            }.ToJsonString());
        }
    }
}
