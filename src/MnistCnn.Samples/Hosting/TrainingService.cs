using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Samples.Hosting;

/// <summary>Trains in the background of a host. When the host stops, the run ends within a step and leaves a checkpoint; the next start goes on from it.</summary>
internal sealed class TrainingService(TrainingJob job, ILoggerFactory logging, IHostApplicationLifetime host) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        FitResult fit = await FitAsync(stoppingToken);
        logging.CreateLogger<TrainingService>().LogInformation("{Reason}: {Message}", fit.StopReason, fit.StopMessage);
        host.StopApplication();
    }

    private async Task<FitResult> FitAsync(CancellationToken stoppingToken)
    {
        ModelCheckpoint checkpoint = new(job.Folder) { KeepBest = 0 };
        TrainerOptions options = new() { Epochs = job.Epochs, ResumeFrom = File.Exists(checkpoint.LastPath) ? checkpoint.LastPath : null };
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = options.Seed });
        Trainer trainer = new(options, [new StepLogger(logging.CreateLogger<StepLogger>()), checkpoint], logging.CreateLogger<Trainer>());
        FitResult fit = await trainer.FitAsync(model, new SyntheticDigits(20_000), new SyntheticDigits(4_000, split: MnistSplit.Test), stoppingToken);
        if (fit.StopReason is not StopReason.Canceled)
        {
            model.Save(Path.Combine(job.Folder, "model.safetensors"));
        }

        return fit;
    }
}
