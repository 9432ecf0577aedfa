using System.CommandLine;
using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using TorchSharp.Modules;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Model = Required("--model", "A model.safetensors.", "FILE");
    private static readonly Option<string> Format = Choice("--format", "The format to write.", "onnx", "safetensors");
    private static readonly Option<string> To = Required("--to", "The file to write.", "FILE");

    public static Command Create() => new ExampleCommand(
            "export", "Write a saved model in another format.", "export --model runs/mnist/model.safetensors --format onnx --to digits.onnx")
        .With(Model, Format, To)
        .Running(Run);

    private static Task<int> Run(ParseResult parsed, Interruption interruption)
    {
        NetworkFile file = NetworkFile.Load(parsed.GetValue(Model)!);
        using Sequential model = file.Model;
        string to = parsed.GetValue(To)!;
        if (parsed.GetValue(Format) == "onnx")
        {
            model.ExportOnnx(to, file.Height, file.Width);
        }
        else
        {
            model.SaveNetwork(to, file.Height, file.Width);
        }

        Console.WriteLine($"{to}: {new FileInfo(to).Length:N0} bytes");
        return Task.FromResult(ExitCode.Success);
    }
}
