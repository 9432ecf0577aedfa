using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

/// <summary>Measures how many images a second are trained on, validations not counted, and logs it at the end of each epoch.</summary>
/// <param name="logger">Receives the lines at level Information; null, the default, for none.</param>
public sealed class ThroughputMonitor(ILogger? logger = null) : ITrainerCallback
{
    private readonly Stopwatch training = new();
    private long images;

    /// <summary>Images a second of the latest whole epoch; 0 before the first.</summary>
    public double ImagesPerSecond { get; private set; }

    /// <inheritdoc/>
    public bool IsForFirstRank => true;

    /// <inheritdoc/>
    public void OnEpochStart(TrainerContext context)
    {
        images = 0;
        training.Restart();
    }

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, StepResult step) => images += step.BatchCount;

    /// <inheritdoc/>
    public void OnValidationStart(TrainerContext context) => training.Stop();

    /// <inheritdoc/>
    public void OnValidationEnd(TrainerContext context, EvaluationResult result) => training.Start();

    /// <inheritdoc/>
    public void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
        training.Stop();
        ImagesPerSecond = images / training.Elapsed.TotalSeconds;
        if (logger is not null)
        {
            CallbackLog.Throughput(logger, epoch.Epoch, context.Options.Epochs, ImagesPerSecond);
        }
    }
}
