using System.Diagnostics;

namespace MnistCnn.Training.Callbacks;

/// <summary>Reports progress to an <see cref="IProgress{T}"/> every so many steps, at each validation and at the end of each epoch and of the run.</summary>
public sealed class ProgressReporter : TrainerCallback
{
    private readonly IProgress<TrainingProgress> progress;
    private readonly int everySteps;
    private long started;
    private long firstStep;
    private long images;
    private TrainingProgress? latest;

    /// <summary>Creates the callback.</summary>
    /// <param name="progress">Called on the thread of the run. <see cref="Progress{T}"/> passes reports on to the context that it was created in.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 10 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public ProgressReporter(IProgress<TrainingProgress> progress, int everySteps = 10)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (this.progress, this.everySteps) = (progress, everySteps);
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context) => (started, firstStep, images, latest) = (Stopwatch.GetTimestamp(), context.GlobalStep, 0, null);

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        images += step.BatchCount;
        if (step.Step % everySteps == 0 || step.Step == step.StepsPerEpoch || context.LastValidation?.GlobalStep == step.GlobalStep)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            progress.Report(latest = new TrainingProgress
            {
                Epoch = step.Epoch,
                Epochs = context.Options.Epochs,
                Step = step.Step,
                StepsPerEpoch = step.StepsPerEpoch,
                GlobalStep = step.GlobalStep,
                TotalSteps = context.TotalSteps,
                Loss = step.EpochLoss,
                Accuracy = step.EpochAccuracy,
                LearningRate = context.LearningRate,
                LastValidation = context.LastValidation,
                ImagesPerSecond = images / elapsed.TotalSeconds,
                Elapsed = elapsed,
                Remaining = elapsed * ((double)(context.TotalSteps - step.GlobalStep) / (step.GlobalStep - firstStep)),
            });
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainerContext context, EpochResult epoch) => ReportValidation(context);

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result) => ReportValidation(context);

    private void ReportValidation(TrainerContext context)
    {
        if (latest is not null && context.LastValidation != latest.LastValidation)
        {
            progress.Report(latest = latest with { LastValidation = context.LastValidation, Elapsed = Stopwatch.GetElapsedTime(started) });
        }
    }
}
