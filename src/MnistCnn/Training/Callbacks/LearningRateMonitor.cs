using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

/// <summary>Logs the learning rate every so many steps.</summary>
public sealed class LearningRateMonitor : TrainerCallback
{
    private readonly ILogger logger;
    private readonly int everySteps;

    /// <summary>Creates the callback.</summary>
    /// <param name="logger">Receives the lines at level Information.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch; an epoch of fewer steps has one line,
    /// after its last.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public LearningRateMonitor(ILogger logger, int everySteps = 100)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (this.logger, this.everySteps) = (logger, everySteps);
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.IsDue(everySteps))
        {
            CallbackLog.LearningRate(logger, step.Epoch, context.Options.Epochs, step.Step, step.StepsPerEpoch, context.LearningRate);
        }
    }
}
