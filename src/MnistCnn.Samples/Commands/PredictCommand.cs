using System.CommandLine;
using System.Text.Json;
using MnistCnn.Imaging;
using MnistCnn.Inference;
using MnistCnn.Samples.CommandLine;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>predict</c>: says which digits picture files show.</summary>
internal static class PredictCommand
{
    private const int Shown = 3;

    private static readonly Option<string> Model = Required("--model", "A model.safetensors of 28×28 images.", "FILE");
    private static readonly Argument<string[]> Images = new("IMAGE") { Description = "PNG, JPEG, GIF, BMP or WebP files of any size.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> AsJson = Json();

    public static Command Create()
    {
        Command command = new ExampleCommand(
                "predict", "Say which digits pictures show.", "predict --model runs/mnist/model.safetensors seven.png", "predict --model m.safetensors *.jpg --json")
            .With(Model, AsJson)
            .Running(Run);
        command.Arguments.Add(Images);
        return command;
    }

    private static Task<int> Run(ParseResult parsed, Interruption interruption)
    {
        CnnPredictor predictor = CnnPredictor.Load(parsed.GetValue(Model)!);
        string[] files = parsed.GetValue(Images)!;
        int width = files.Max(f => f.Length);
        List<object> results = [];
        foreach (string file in files)
        {
            float[] probabilities = new float[predictor.ClassNames.Count];
            predictor.Predict(DigitImage.Prepare(file), probabilities);
            int[] ranked = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(digit => probabilities[digit])];
            Console.WriteLine($"{file.PadRight(width)}  {string.Join("   ", ranked.Take(Shown).Select(digit => $"{predictor.ClassNames[digit]} {100 * probabilities[digit],5:F1}%"))}");
            results.Add(new { file, digit = ranked[0], probability = probabilities[ranked[0]], probabilities });
        }

        if (parsed.GetValue(AsJson))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { predictions = results }));
        }

        return Task.FromResult(ExitCode.Success);
    }
}
