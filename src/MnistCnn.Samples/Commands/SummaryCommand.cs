using System.CommandLine;
using MnistCnn.Models;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Results;
using MnistCnn.Samples.Terminal;
using TorchSharp;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>summary</c>: prints the layers of a network.</summary>
internal static class SummaryCommand
{
    private static readonly Option<string> Network = Choice("--network", "Which network.", SampleNetworks.Names);
    private static readonly Option<string?> Model = Text("--model", "A model.safetensors in place of --network.", "FILE");

    public static Command Create() => new ExampleCommand("summary", "Print layers, shapes, parameters and multiplications.", "summary --network lenet5",
        "summary --model runs/mnist/model.safetensors")
        .With(Network, Model)
        .Running(Run);

    private static Task<int> Run(ParseResult parsed, Interruption interruption)
    {
        NetworkFile? file = parsed.GetValue(Model) is { } path ? NetworkFile.Load(path) : null;
        using torch.nn.Module<torch.Tensor, torch.Tensor> model = file?.Model ?? SampleNetworks.Create(
            parsed.GetValue(Network)!, new SyntheticDigits(1), seed: 0, softmax: false);
        model.eval();
        Tables.WriteLayers(model.Summarize(file?.Height ?? 28, file?.Width ?? 28));
        return Task.FromResult(ExitCode.Success);
    }
}
