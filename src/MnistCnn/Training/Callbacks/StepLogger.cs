using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Logs one line every so many steps: the means since the epoch began and, where the model was validated at that step, what was found.
/// <code>epoch: 1/10 | step: 100/469 | trn loss: 2.1567 | val loss: 1.8915 | trn_acc: 0.3622 | val_acc: 0.5855</code>
/// </summary>
public sealed class StepLogger : ITrainerCallback
{
    private readonly ILogger logger;
    private readonly int everySteps;

    /// <summary>Creates the callback.</summary>
    /// <param name="logger">Receives the lines at level Information.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public StepLogger(ILogger logger, int everySteps = 100)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        this.logger = logger;
        this.everySteps = everySteps;
    }

    /// <inheritdoc/>
    public bool IsForFirstRank => true;

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.Step % everySteps == 0 && logger.IsEnabled(LogLevel.Information))
        {
            EvaluationResult? validation = context.LastValidation is { } last && last.GlobalStep == step.GlobalStep ? last.Result : null;
            logger.Log(LogLevel.Information, default, new StepLine(step, context.Options.Epochs, validation), null, static (line, _) => line.ToString());
        }
    }
}
