namespace MnistCnn.Training.Callbacks;

/// <summary>
/// A callback of delegates, for what is not worth a class: <c>new LambdaCallback { EpochEnd = (context, epoch) => … }</c>. Hooks that are not
/// set cost nothing.
/// </summary>
public sealed class LambdaCallback : ITrainerCallback, ISelectsHooks
{
    /// <inheritdoc/>
    public bool IsForFirstRank { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnFitStart"/>.</summary>
    public Action<TrainerContext>? FitStart { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnEpochStart"/>.</summary>
    public Action<TrainerContext>? EpochStart { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnStepStart"/>.</summary>
    public Action<TrainerContext>? StepStart { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnBeforeOptimizerStep"/>.</summary>
    public Action<TrainerContext>? BeforeOptimizerStep { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnStepEnd"/>.</summary>
    public Action<TrainerContext, StepResult>? StepEnd { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnValidationStart"/>.</summary>
    public Action<TrainerContext>? ValidationStart { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnValidationEnd"/>.</summary>
    public Action<TrainerContext, EvaluationResult>? ValidationEnd { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnEpochEnd"/>.</summary>
    public Action<TrainerContext, EpochResult>? EpochEnd { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnException"/>.</summary>
    public Action<TrainerContext, Exception>? Exception { get; init; }

    /// <summary>Called in <see cref="ITrainerCallback.OnFitEnd"/>.</summary>
    public Action<TrainerContext, FitResult>? FitEnd { get; init; }

    /// <inheritdoc/>
    public void OnFitStart(TrainerContext context) => FitStart?.Invoke(context);

    /// <inheritdoc/>
    public void OnEpochStart(TrainerContext context) => EpochStart?.Invoke(context);

    /// <inheritdoc/>
    public void OnStepStart(TrainerContext context) => StepStart?.Invoke(context);

    /// <inheritdoc/>
    public void OnBeforeOptimizerStep(TrainerContext context) => BeforeOptimizerStep?.Invoke(context);

    /// <inheritdoc/>
    public void OnStepEnd(TrainerContext context, StepResult step) => StepEnd?.Invoke(context, step);

    /// <inheritdoc/>
    public void OnValidationStart(TrainerContext context) => ValidationStart?.Invoke(context);

    /// <inheritdoc/>
    public void OnValidationEnd(TrainerContext context, EvaluationResult result) => ValidationEnd?.Invoke(context, result);

    /// <inheritdoc/>
    public void OnEpochEnd(TrainerContext context, EpochResult epoch) => EpochEnd?.Invoke(context, epoch);

    /// <inheritdoc/>
    public void OnException(TrainerContext context, Exception exception) => Exception?.Invoke(context, exception);

    /// <inheritdoc/>
    public void OnFitEnd(TrainerContext context, FitResult result) => FitEnd?.Invoke(context, result);

    bool ISelectsHooks.Implements(string hook) => hook switch
    {
        nameof(OnFitStart) => FitStart is not null,
        nameof(OnEpochStart) => EpochStart is not null,
        nameof(OnStepStart) => StepStart is not null,
        nameof(OnBeforeOptimizerStep) => BeforeOptimizerStep is not null,
        nameof(OnStepEnd) => StepEnd is not null,
        nameof(OnValidationStart) => ValidationStart is not null,
        nameof(OnValidationEnd) => ValidationEnd is not null,
        nameof(OnEpochEnd) => EpochEnd is not null,
        nameof(OnException) => Exception is not null,
        _ => FitEnd is not null,
    };
}
