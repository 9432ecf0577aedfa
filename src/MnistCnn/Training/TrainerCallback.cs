using MnistCnn.Training;
namespace MnistCnn;

/// <summary>
/// A callback whose hooks are virtual: <c>override</c> completes in an editor, and a misspelled hook does not compile. Derive from it for one's own;
/// <see cref="ITrainerCallback"/> says when each hook is called. Hooks that are not overridden cost nothing.
/// </summary>
public abstract class TrainerCallback : ITrainerCallback
{
    /// <inheritdoc/>
    public virtual string? StateKey => null;

    /// <inheritdoc/>
    public virtual bool IsForFirstRank => false;

    /// <inheritdoc/>
    public virtual void SaveState(CallbackState state)
    {
    }

    /// <inheritdoc/>
    public virtual void LoadState(CallbackState state)
    {
    }

    /// <inheritdoc/>
    public virtual void OnFitStart(TrainerContext context)
    {
    }

    /// <inheritdoc/>
    public virtual void OnEpochStart(TrainerContext context)
    {
    }

    /// <inheritdoc/>
    public virtual void OnStepStart(TrainerContext context)
    {
    }

    /// <inheritdoc/>
    public virtual void OnBeforeOptimizerStep(TrainerContext context)
    {
    }

    /// <inheritdoc/>
    public virtual void OnStepEnd(TrainerContext context, StepResult step)
    {
    }

    /// <inheritdoc/>
    public virtual void OnValidationStart(TrainerContext context)
    {
    }

    /// <inheritdoc/>
    public virtual void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
    }

    /// <inheritdoc/>
    public virtual void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
    }

    /// <inheritdoc/>
    public virtual void OnException(TrainerContext context, Exception exception)
    {
    }

    /// <inheritdoc/>
    public virtual void OnFitEnd(TrainerContext context, FitResult result)
    {
    }
}
