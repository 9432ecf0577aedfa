using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MnistCnn.Hosting;
using MnistCnn.Samples.CommandLine;
using MnistCnn.Samples.Hosting;
using MnistCnn.Training.Callbacks;
using static MnistCnn.Samples.CommandLine.OptionFactory;

namespace MnistCnn.Samples.Commands;

/// <summary><c>hosted</c>: trains in a Generic Host, as a service would.</summary>
internal static class HostedCommand
{
    private static readonly Option<string?> Out = Text("--out", "Folder for checkpoint and model; runs/hosted by default.", "DIR");
    private static readonly Option<int?> Epochs = WholeNumber("--epochs", "How often to go through the images; 10 unless the configuration says otherwise.", 1);

    public static Command Create() => new ExampleCommand(
            "hosted",
            "Train on synthetic digits in a Generic Host. Ctrl+C stops it with a checkpoint, from which the next start goes on.",
            "hosted --epochs 2",
            "Trainer__Epochs=2 Trainer__LearningRate=0.001 hosted      (from the environment, or from appsettings.json)")
        .With(Out, Epochs)
        .Running(RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, Interruption interruption)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        TrainingJob job = new(parsed.GetValue(Out) ?? Path.Combine("runs", "hosted"));
        builder.Services.AddSingleton(job);
        builder.Services.Configure<TrainerOptions>(builder.Configuration.GetSection("Trainer"));
        builder.Services.AddSingleton<ITrainerCallback>(services => new StepLogger(services.GetRequiredService<ILogger<StepLogger>>()));
        builder.Services.AddSingleton<ITrainerCallback>(job.Checkpoint);
        builder.Services.AddTrainer(services => job.Complete(services.GetRequiredService<IOptions<TrainerOptions>>().Value, parsed.GetValue(Epochs)));
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
