using MnistCnn.Training;
namespace MnistCnn;

/// <summary>
/// Takes part in a run. Every hook has an empty default: one implements what one needs, and the others cost nothing. Derive from <see cref="TrainerCallback"/>
/// where there is no other base class: a method here whose name or parameters differ from the hook's compiles, and is never called.
/// </summary>
/// <remarks>
/// Hooks run on the thread of <see cref="Trainer.Fit"/>, in the order in which callbacks were given; <see cref="OnException"/> and <see cref="OnFitEnd"/> run
/// in reverse order, on every callback, whatever happened. An exception of a hook ends the run and comes out of <c>Fit</c> as
/// <see cref="TrainerCallbackException"/>; while a run is being ended by an exception, further ones are logged.
/// </remarks>
public interface ITrainerCallback
{
    /// <summary>The name under which checkpoints keep the callback's state, unique in a run; null, the default, for a callback without.</summary>
    string? StateKey => null;

    /// <summary>
    /// Whether, of the ranks of <see cref="TrainerOptions.Collective"/>, only rank 0 calls the callback: for those that write or show something. Such a
    /// callback must not change the run: gradients, weights, learning rate; nor validate. It may request a stop. False by default: every rank calls it.
    /// </summary>
    bool IsForFirstRank => false;

    /// <summary>Hands over what the callback needs to go on in a resumed run. Called while a checkpoint is saved.</summary>
    /// <param name="state">Empty at first.</param>
    void SaveState(CallbackState state)
    {
    }

    /// <summary>Takes back what <see cref="SaveState"/> handed over. Called in a resumed run, before <see cref="OnFitStart"/>.</summary>
    /// <param name="state">Empty where the checkpoint was saved without this callback.</param>
    void LoadState(CallbackState state)
    {
    }

    /// <summary>Once, before the first epoch.</summary>
    /// <param name="context">The run.</param>
    void OnFitStart(TrainerContext context)
    {
    }

    /// <summary>Before the first step of an epoch.</summary>
    /// <param name="context">The run.</param>
    void OnEpochStart(TrainerContext context)
    {
    }

    /// <summary>Before the forward pass of a step.</summary>
    /// <param name="context">The run.</param>
    void OnStepStart(TrainerContext context)
    {
    }

    /// <summary>After the backward pass, before the update: gradients stand in <c>parameter.grad</c>, here and in no other hook.</summary>
    /// <param name="context">The run.</param>
    void OnBeforeOptimizerStep(TrainerContext context)
    {
    }

    /// <summary>After the update.</summary>
    /// <param name="context">The run.</param>
    /// <param name="step">The step's figures; valid until the hook returns.</param>
    void OnStepEnd(TrainerContext context, StepResult step)
    {
    }

    /// <summary>Before a validation.</summary>
    /// <param name="context">The run.</param>
    void OnValidationStart(TrainerContext context)
    {
    }

    /// <summary>After a validation.</summary>
    /// <param name="context">The run.</param>
    /// <param name="result">What was found.</param>
    void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
    }

    /// <summary>After the last step of an epoch.</summary>
    /// <param name="context">The run.</param>
    /// <param name="epoch">The epoch's figures.</param>
    void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
    }

    /// <summary>When an exception ends the run, before <see cref="OnFitEnd"/>.</summary>
    /// <param name="context">The run.</param>
    /// <param name="exception">What was thrown; it is thrown on after the hooks.</param>
    void OnException(TrainerContext context, Exception exception)
    {
    }

    /// <summary>Once, at the end, however the run ended.</summary>
    /// <param name="context">The run.</param>
    /// <param name="result">How the run went.</param>
    void OnFitEnd(TrainerContext context, FitResult result)
    {
    }
}
