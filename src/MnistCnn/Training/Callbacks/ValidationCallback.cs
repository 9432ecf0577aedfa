namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Evaluates the validation data every so many steps. The trainer adds one, before all other callbacks, where validation data are
/// given and no callback of this type is.
/// </summary>
public sealed class ValidationCallback : ITrainerCallback
{
    private readonly int everySteps;

    /// <summary>Creates the callback.</summary>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public ValidationCallback(int everySteps = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        this.everySteps = everySteps;
    }

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (context.HasValidation && step.Step % everySteps == 0)
        {
            context.Validate();
        }
    }
}
