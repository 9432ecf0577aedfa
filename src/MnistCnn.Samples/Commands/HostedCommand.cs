using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Hosting;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>hosted</c>: trains in a Generic Host, as a service would.</summary>
internal static class HostedCommand
{
    private static readonly Option<string?> Out = Text("--out", "Folder for checkpoint and model; runs/hosted by default.", "DIR");
    private static readonly Option<int?> Epochs = WholeNumber("--epochs", "How often to go through the images; 3 by default.", 1);

    public static Command Create() => new ExampleCommand(
            "hosted",
            "Train on synthetic digits in a Generic Host. Ctrl+C stops it with a checkpoint, from which the next start goes on.",
            "hosted --epochs 2")
        .With(Out, Epochs)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddSingleton(new TrainingJob(parsed.GetValue(Out) ?? Path.Combine("runs", "hosted"), parsed.GetValue(Epochs) ?? 3));
        builder.Services.AddHostedService<ThroughputReport>();
        builder.Services.AddSingleton<TrainingService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TrainingService>());
        using IHost host = builder.Build();
        TrainingService training = host.Services.GetRequiredService<TrainingService>();
        await host.RunAsync(interruption.Token);
        await training.ExecuteTask!; // a host ends quietly where a service of it fails
        return interruption.Token.IsCancellationRequested ? interruption.ExitCode : ExitCode.Success;
    }
}
