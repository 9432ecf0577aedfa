using System.CommandLine;
using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using TorchSharp.Modules;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>export</c>: writes a saved model in another format.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Model = Required("--model", "A model.safetensors.", "FILE");
    private static readonly Option<string> Format = Choice("--format", "The format to write.", "onnx", "safetensors", "web");
    private static readonly Option<string> To = Required("--to", "The file to write; of web, the folder.", "PATH");

    public static Command Create() => new ExampleCommand(
            "export",
            "Write a saved model in another format, or as a web page that recognises drawings without a server.",
            "export --model runs/mnist/model.safetensors --format onnx --to digits.onnx",
            "export --model runs/mnist/model.safetensors --format web --to page")
        .With(Model, Format, To)
        .Running(Run);

    private static Task<int> Run(ParseResult parsed, Interruption interruption)
    {
        NetworkFile file = NetworkFile.Load(parsed.GetValue(Model)!);
        using Sequential model = file.Model;
        string to = parsed.GetValue(To)!;
        void Save(string path) => model.SaveNetwork(path, file.Height, file.Width);
        switch (parsed.GetValue(Format))
        {
            case "web":
                Console.WriteLine($"{to}: {WebPage.Write(to, Save):N0} bytes, for any server of static files");
                return Task.FromResult(ExitCode.Success);
            case "onnx":
                model.ExportOnnx(to, file.Height, file.Width);
                break;
            default:
                Save(to);
                break;
        }

        Console.WriteLine($"{to}: {new FileInfo(to).Length:N0} bytes");
        return Task.FromResult(ExitCode.Success);
    }
}
