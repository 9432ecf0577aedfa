namespace MnistCnn.Training;

/// <summary>
/// Which hooks a callback implements, found by the method that a delegate of each is bound to. No type is searched for members, so that nothing depends on what
/// a trimmer keeps; where a runtime cannot name the method, the hook counts as implemented and is called.
/// </summary>
internal static class CallbackHooks
{
    public static bool Implements(this ITrainerCallback callback, string hook) => callback is ISelectsHooks some ? some.Implements(hook)
        : IsOwn(Bound(callback, hook));

    private static Delegate Bound(ITrainerCallback callback, string hook) => hook switch
    {
        nameof(ITrainerCallback.OnFitStart) => (Action<TrainerContext>)callback.OnFitStart,
        nameof(ITrainerCallback.OnEpochStart) => (Action<TrainerContext>)callback.OnEpochStart,
        nameof(ITrainerCallback.OnStepStart) => (Action<TrainerContext>)callback.OnStepStart,
        nameof(ITrainerCallback.OnBeforeOptimizerStep) => (Action<TrainerContext>)callback.OnBeforeOptimizerStep,
        nameof(ITrainerCallback.OnStepEnd) => (Action<TrainerContext, StepResult>)callback.OnStepEnd,
        nameof(ITrainerCallback.OnValidationStart) => (Action<TrainerContext>)callback.OnValidationStart,
        nameof(ITrainerCallback.OnValidationEnd) => (Action<TrainerContext, EvaluationResult>)callback.OnValidationEnd,
        nameof(ITrainerCallback.OnEpochEnd) => (Action<TrainerContext, EpochResult>)callback.OnEpochEnd,
        nameof(ITrainerCallback.OnException) => (Action<TrainerContext, Exception>)callback.OnException,
        _ => (Action<TrainerContext, FitResult>)callback.OnFitEnd,
    };

    private static bool IsOwn(Delegate hook)
    {
        try
        {
            return hook.Method.DeclaringType is { } type && type != typeof(ITrainerCallback) && type != typeof(TrainerCallback);
        }
        catch (NotSupportedException)
        {
            return true;
        }
    }
}
