namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Evaluates the validation data every so many steps, or at the end of every so many epochs. Whatever it does, the trainer validates weights that were not
/// validated after their last update once at the end of the run. The trainer adds one that follows its options, before all other callbacks, where validation
/// data are given and no callback of this type is.
/// </summary>
public sealed class ValidationCallback : TrainerCallback
{
    private readonly int? everySteps;
    private readonly int? everyEpochs;

    /// <summary>Creates the callback.</summary>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more, counted anew in each epoch; an epoch of fewer steps validates after its last. Null
    /// for not at all; 100 by default.</param>
    /// <param name="everyEpochs">At the end of every so many epochs, 1 or more; null, the default, for not at all.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1.</exception>
    public ValidationCallback(int? everySteps = 100, int? everyEpochs = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps ?? 1, 1, nameof(everySteps));
        ArgumentOutOfRangeException.ThrowIfLessThan(everyEpochs ?? 1, 1, nameof(everyEpochs));
        (this.everySteps, this.everyEpochs) = (everySteps, everyEpochs);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (context.HasValidation && everySteps is { } every && step.IsDue(every))
        {
            context.Validate();
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
        if (context.HasValidation && epoch.Epoch % everyEpochs == 0)
        {
            context.Validate();
        }
    }

    internal static ValidationCallback Following(TrainerOptions options) => options.ValidateEveryEpochs is { } epochs ? new(null, epochs)
        : new(options.ValidateEverySteps);
}
