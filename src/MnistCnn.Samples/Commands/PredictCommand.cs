using System.CommandLine;
using System.Text.Json;
using MnistCnn.Imaging;
using MnistCnn.Samples.Answers;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Pictures;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>predict</c>: says which digits picture files show.</summary>
internal static class PredictCommand
{
    private const int Shown = 3;

    /// <summary>Below this probability, an answer is said to be unsure.</summary>
    private const float LeastSure = 0.6f;

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"];

    private static readonly Option<string> Model = Required("--model", "A model.safetensors.", "FILE");
    private static readonly Argument<string[]> Images = new("IMAGE")
    {
        Description = "PNG, JPEG, GIF, BMP or WebP files of any size, or folders of them.",
        Arity = ArgumentArity.OneOrMore
    };
    private static readonly Option<bool> Number = Flag("--number", "Read the whole number in each picture.");
    private static readonly Option<string?> Out = Text("--out", "With --number: folder for the pictures with boxes drawn in.", "DIR");
    private static readonly Option<bool> AsJson = Json();

    public static Command Create()
    {
        Command command = new ExampleCommand(
                "predict", "Say which digits pictures show.", "predict --model runs/mnist/model.safetensors seven.png",
                "predict --model m.safetensors *.jpg --json", "predict --model m.safetensors --number scan.png --out read")
            .With(Model, Number, Out, AsJson)
            .Running(Run);
        command.Arguments.Add(Images);
        return command;
    }

    private static Task<int> Run(ParseResult parsed, Interruption interruption)
    {
        CnnPredictor predictor = CnnPredictor.Load(parsed.GetValue(Model)!);
        string[] files = [.. parsed.GetValue(Images)!.SelectMany(FilesOf)];
        int width = files.Max(f => f.Length);
        List<object> results = [];
        NumberReader? reader = parsed.GetValue(Number) ? new NumberReader(predictor) : null;
        foreach (string file in files)
        {
            if (reader is not null)
            {
                results.Add(ReadNumber(reader, file, width, parsed.GetValue(Out)));
                continue;
            }

            byte[] pixels = DigitImage.Prepare(file, predictor.Height, predictor.Width);
            float[] probabilities = new float[predictor.ClassNames.Count], familiarity = new float[1];
            predictor.Predict(pixels, probabilities, familiarity);
            int[] ranked = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(digit => probabilities[digit])];
            (string name, float probability) = (predictor.ClassNames[ranked[0]], probabilities[ranked[0]]);
            bool familiar = predictor.IsFamiliar(pixels, familiarity[0]);
            string doubt = !familiar ? $"not a {(char.IsDigit(name[0]) ? "digit" : "known class")}: " : probability < LeastSure ? "not sure: " : "";
            IEnumerable<string> named = ranked.Take(Shown).Select(digit => $"{predictor.ClassNames[digit]} {100 * probabilities[digit],5:F1}%");
            Console.WriteLine($"{file.PadRight(width)}  {doubt}{string.Join("   ", named)}");
            results.Add(new { file, digit = ranked[0], @class = name, probability, probabilities, familiar, familiarity = familiarity[0] });
        }

        if (parsed.GetValue(AsJson))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { predictions = results }, JsonSerializerOptions.Web));
        }

        return Task.FromResult(ExitCode.Success);
    }

    private static object ReadNumber(NumberReader reader, string file, int width, string? folder)
    {
        NumberReading reading = reader.Read(file);
        Console.WriteLine($"{file.PadRight(width)}  {(reading.Digits.Count == 0 ? "no digits" : $"{reading.Text} {100 * reading.Probability,5:F1}%")}");
        if (folder is not null)
        {
            NumberPicture.Write(file, reading, folder);
        }

        NumberAnswer answer = NumberAnswer.Of(reading);
        return new { file, answer.Number, answer.Probability, answer.Digits };
    }

    /// <summary>The file, or the pictures of a folder in order.</summary>
    private static IEnumerable<string> FilesOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new IOException($"'{path}': expected pictures ({string.Join(", ", Extensions)}), found none.");
    }
}
