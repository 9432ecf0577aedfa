using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MnistCnn.Samples.Hosting;

/// <summary>
/// Trains in the background of a host. When the host stops, the run ends within a step and leaves a checkpoint; the next start goes on from it.
/// </summary>
internal sealed class TrainingService(TrainingJob job, Trainer trainer, ILogger<TrainingService> logger, IHostApplicationLifetime host)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SyntheticDigits train = new(20_000), validation = new(4_000, split: MnistSplit.Test);
        using CnnClassifier model = new(CnnClassifierOptions.For(train) with { Seed = 0 });
        FitResult fit = await trainer.FitAsync(model, train, validation, stoppingToken);
        if (fit.StopReason is not StopReason.Canceled)
        {
            model.Save(job.Model);
        }

        logger.LogInformation("{Reason}: {Message}", fit.StopReason, fit.StopMessage);
        host.StopApplication();
    }
}
