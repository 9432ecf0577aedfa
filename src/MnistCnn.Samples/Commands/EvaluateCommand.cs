using System.CommandLine;
using System.Text.Json;
using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Pictures;
using MnistCnn.Samples.Results;
using MnistCnn.Samples.Terminal;
using MnistCnn.Training;
using TorchSharp.Modules;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>evaluate</c>: measures a saved model on the test images.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Model = Required("--model", "A model.safetensors.", "FILE");
    private static readonly Option<string?> Data = Text("--data",
        "Folder with the files of the data set or with one folder of pictures for each class, or an .npz file.", "DIR|FILE");
    private static readonly Option<string> Variant = DataSet("--variant", more: "synthetic");
    private static readonly Option<bool> Robust = Flag("--robustness", "Measure under the 15 corruptions of MNIST-C besides.");
    private static readonly Option<bool> AllSeverities = Flag("--all-severities", "With --robustness: at all severities that a corruption has.");
    private static readonly Option<string?> Published = Text("--mnist-c",
        "With --robustness: the folder of mnist_c.zip, whose images are measured instead of ones made here.", "DIR");
    private static readonly Option<string?> Out = Text("--out", "Folder for reliability.png and robustness.png; they are not drawn without it.", "DIR");
    private static readonly Option<bool> AsJson = Json();

    public static Command Create() => new ExampleCommand(
            "evaluate", "Measure a saved model on the test images.", "evaluate --model runs/mnist/model.safetensors",
                "evaluate --model m.safetensors --data ../mnist --json",
            "evaluate --model m.safetensors --robustness --out measured")
        .With(Model, Data, Variant, Robust, AllSeverities, Published, Out, AsJson)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        using Sequential model = NetworkFile.Load(parsed.GetValue(Model)!).Model;
        FoundData data = await FoundData.ForEvaluationAsync(parsed.GetValue(Data), parsed.GetValue(Variant)!, interruption.Token);
        Measurement measured = new(data.Test, data.Name, new Trainer().Evaluate(model, data.Test, interruption.Token));
        Tables.WriteConfusion(measured);
        Tables.WriteSummary([("data", data.Name), ("accuracy", $"{measured.Accuracy} of {measured.Result.Count:N0} images"),
            ("loss", $"{measured.Result.Loss:F4}"), ("calibration", measured.CalibrationOf(model))]);
        RobustnessResult? robustness = !parsed.GetValue(Robust) ? null
            : parsed.GetValue(Published) is { } published ? Robustness.EvaluatePublished(model, published, cancellationToken: interruption.Token)
            : Robustness.Evaluate(model, data.Test, parsed.GetValue(AllSeverities), cancellationToken: interruption.Token);
        if (robustness is not null)
        {
            Tables.WriteRobustness(robustness);
        }

        if (parsed.GetValue(Out) is { } folder)
        {
            Directory.CreateDirectory(folder);
            ReliabilityPicture.Save(Path.Combine(folder, "reliability.png"), measured);
            if (robustness is not null)
            {
                RobustnessPicture.Save(Path.Combine(folder, "robustness.png"), data.Test, robustness);
            }
        }

        if (parsed.GetValue(AsJson))
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                dataset = measured.DatasetId,
                accuracy = measured.Result.Accuracy,
                loss = measured.Result.Loss,
                count = measured.Result.Count,
                nll = measured.Result.NegativeLogLikelihood,
                calibration_error = measured.Result.CalibrationError,
                robustness = robustness is null ? null : new
                {
                    accuracy = robustness.MeanAccuracy,
                    seen = robustness.SeenAccuracy,
                    unseen = robustness.UnseenAccuracy,
                    corruptions = robustness.Corrupted.Select(row => new
                    {
                        corruption = $"{row.Corruption}",
                        severity = row.Severity,
                        accuracy = row.Result.Accuracy,
                        calibration_error = row.Result.CalibrationError
                    }),
                },
            }));
        }

        return ExitCode.Success;
    }
}
