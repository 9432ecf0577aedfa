using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Samples;

/// <summary><c>train</c>: trains the reference network and says how well it does.</summary>
internal sealed class TrainCommand : Command
{
    private readonly Option<string?> data = new("--data") { Description = "Folder with the four files of the data set." };
    private readonly Option<string> variant = Choice("--variant", "mnist", "mnist", "fashion", "kmnist", "synthetic");
    private readonly Option<int> epochs = new("--epochs") { DefaultValueFactory = _ => 10 };
    private readonly Option<int> batchSize = new("--batch-size") { DefaultValueFactory = _ => 128 };
    private readonly Option<double> learningRate = new("--lr") { DefaultValueFactory = _ => 0.00025 };
    private readonly Option<string> output = Choice("--output", "logits", "logits", "softmax");
    private readonly Option<string> device = new("--device") { DefaultValueFactory = _ => "auto" };
    private readonly Option<int> threads = new("--threads") { DefaultValueFactory = _ => 0 };
    private readonly Option<int> seed = new("--seed") { DefaultValueFactory = _ => 0 };
    private readonly Option<bool> json = new("--json") { Description = "Print one JSON object last." };

    public TrainCommand()
        : base("train", "Train the reference network.")
    {
        foreach (Option option in (Option[])[data, variant, epochs, batchSize, learningRate, output, device, threads, seed, json])
        {
            Options.Add(option);
        }

        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        try
        {
            (IMnistDataset train, IMnistDataset test, string name) = Datasets.Find(parsed.GetValue(data), parsed.GetValue(variant)!);
            Train(parsed, train, test, name);
            return 0;
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or DeviceNotAvailableException or TorchUnavailableException)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return 1;
        }
    }

    private void Train(ParseResult parsed, IMnistDataset train, IMnistDataset test, string name)
    {
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddProvider(new PlainLogs()));
        TrainerOptions options = new()
        {
            Epochs = parsed.GetValue(epochs),
            BatchSize = parsed.GetValue(batchSize),
            LearningRate = parsed.GetValue(learningRate),
            Seed = parsed.GetValue(seed),
            Threads = parsed.GetValue(threads),
            Device = DeviceSelector.Parse(parsed.GetValue(device)!).Device,
        };
        using CnnClassifier model = new(new CnnClassifierOptions
        {
            Height = train.Height,
            Width = train.Width,
            ClassCount = train.ClassNames.Count,
            Output = parsed.GetValue(output) == "softmax" ? ClassifierOutput.Softmax : ClassifierOutput.Logits,
            Seed = options.Seed,
        });
        Console.WriteLine($"Training on {train.Count} images of {name}, validating on {test.Count}.");
        Trainer trainer = new(options, [new StepLogger(logging.CreateLogger<StepLogger>())], logging.CreateLogger<Trainer>());
        FitResult fit = trainer.Fit(model, train, test);
        EvaluationResult final = trainer.Evaluate(model, test);
        Console.WriteLine($"{fit.StopReason} after {fit.Duration.TotalSeconds:F1} s. On {final.Count} test images of {name}: accuracy {final.Accuracy:P2}, loss {final.Loss:F4}.");
        if (parsed.GetValue(json))
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                dataset = name,
                epochs = fit.History.Epochs.Count,
                val_accuracy = final.Accuracy,
                val_loss = final.Loss,
                train_seconds = fit.Duration.TotalSeconds,
                epoch_seconds = fit.History.Epochs.Select(e => Math.Round(e.Duration.TotalSeconds, 3)),
                stop_reason = fit.StopReason.ToString(),
            }));
        }
    }

    private static Option<string> Choice(string name, string byDefault, params string[] values)
    {
        Option<string> option = new(name) { DefaultValueFactory = _ => byDefault };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
