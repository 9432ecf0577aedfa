using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

/// <summary>Measures how many images a second are trained on, validations not counted, and logs it at the end of each epoch.</summary>
/// <param name="logger">Receives the lines at level Information; null, the default, for none.</param>
public sealed class ThroughputMonitor(ILogger? logger = null) : TrainerCallback
{
    private readonly Stopwatch training = new();
    private long images;

    /// <summary>Images a second of the latest whole epoch; 0 before the first.</summary>
    public double ImagesPerSecond { get; private set; }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnEpochStart(TrainerContext context)
    {
        images = 0;
        training.Restart();
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step) => images += step.BatchCount;

    /// <inheritdoc/>
    public override void OnValidationStart(TrainerContext context) => training.Stop();

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result) => training.Start();

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
        training.Stop();
        ImagesPerSecond = images / training.Elapsed.TotalSeconds;
        if (logger is not null)
        {
            CallbackLog.Throughput(logger, epoch.Epoch, context.Options.Epochs, ImagesPerSecond);
        }
    }
}
