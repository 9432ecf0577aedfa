using Microsoft.Extensions.Logging;

namespace MnistCnn.Training;

/// <summary>
/// Calls hooks in order, closing hooks in reverse, and says which callback failed. Finds out once which callbacks implement which hook: the others cost
/// nothing.
/// </summary>
internal sealed class CallbackList
{
    private readonly IReadOnlyList<ITrainerCallback> callbacks;
    private readonly ILogger logger;
    private readonly ITrainerCallback[] fitStart, epochStart, stepStart, beforeOptimizerStep, stepEnd, validationStart, validationEnd, epochEnd, exception,
        fitEnd;

    public CallbackList(IEnumerable<ITrainerCallback> inOrder, ILogger logger)
    {
        callbacks = [.. inOrder.OrderBy(c => c is IRunsLast)];
        this.logger = logger;
        if (callbacks.Where(c => c.StateKey is not null).GroupBy(c => c.StateKey).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Callbacks: expected a {nameof(ITrainerCallback.StateKey)} of its own for each, found '{twice.Key}' "
                + $"{twice.Count()} times.", nameof(inOrder));
        }

        fitStart = Implementing(nameof(ITrainerCallback.OnFitStart));
        epochStart = Implementing(nameof(ITrainerCallback.OnEpochStart));
        stepStart = Implementing(nameof(ITrainerCallback.OnStepStart));
        beforeOptimizerStep = Implementing(nameof(ITrainerCallback.OnBeforeOptimizerStep));
        stepEnd = Implementing(nameof(ITrainerCallback.OnStepEnd));
        validationStart = Implementing(nameof(ITrainerCallback.OnValidationStart));
        validationEnd = Implementing(nameof(ITrainerCallback.OnValidationEnd));
        epochEnd = Implementing(nameof(ITrainerCallback.OnEpochEnd));
        exception = [.. Implementing(nameof(ITrainerCallback.OnException)).AsEnumerable().Reverse()];
        fitEnd = [.. Implementing(nameof(ITrainerCallback.OnFitEnd)).AsEnumerable().Reverse()];
    }

    public bool WantGradients => beforeOptimizerStep.Length > 0;

    /// <summary>The best checkpoint of the first callback that keeps one; null where none does.</summary>
    public string? BestCheckpoint => callbacks.OfType<IKeepsBest>().Select(callback => callback.BestPath).FirstOrDefault(path => path is not null);

    public bool WantSteps => stepEnd.Length > 0;

    /// <summary>Calls something other than a hook on each callback with a state.</summary>
    public void WithState(string operation, Action<ITrainerCallback, string> call)
    {
        foreach (ITrainerCallback callback in callbacks)
        {
            if (callback.StateKey is { } key)
            {
                Call([callback], operation, null, key, (c, _, k) => call(c, k));
            }
        }
    }

    public void FitStart(TrainerContext context) => Call(fitStart, nameof(ITrainerCallback.OnFitStart), context, 0, static (c, x, _) => c.OnFitStart(x));

    public void EpochStart(TrainerContext context) => Call(epochStart, nameof(ITrainerCallback.OnEpochStart), context, 0,
        static (c, x, _) => c.OnEpochStart(x));

    public void StepStart(TrainerContext context) => Call(stepStart, nameof(ITrainerCallback.OnStepStart), context, 0, static (c, x, _) => c.OnStepStart(x));

    public void BeforeOptimizerStep(TrainerContext context) =>
        Call(beforeOptimizerStep, nameof(ITrainerCallback.OnBeforeOptimizerStep), context, 0, static (c, x, _) => c.OnBeforeOptimizerStep(x));

    public void StepEnd(TrainerContext context, StepResult step) => Call(stepEnd, nameof(ITrainerCallback.OnStepEnd), context, step,
        static (c, x, s) => c.OnStepEnd(x, s));

    public void ValidationStart(TrainerContext context) => Call(validationStart, nameof(ITrainerCallback.OnValidationStart), context, 0,
        static (c, x, _) => c.OnValidationStart(x));

    public void ValidationEnd(TrainerContext context, EvaluationResult result) =>
        Call(validationEnd, nameof(ITrainerCallback.OnValidationEnd), context, result, static (c, x, r) => c.OnValidationEnd(x, r));

    public void EpochEnd(TrainerContext context, EpochResult epoch) => Call(epochEnd, nameof(ITrainerCallback.OnEpochEnd), context, epoch,
        static (c, x, e) => c.OnEpochEnd(x, e));

    /// <summary>
    /// Calls the hook on every callback, even where one fails, and logs failures: the exception that ended the run is what its caller must see.
    /// </summary>
    public void Exception(TrainerContext context, Exception cause) =>
        LogFailures(CallAll(exception, nameof(ITrainerCallback.OnException), context, cause, static (c, x, e) => c.OnException(x, e)));

    /// <summary>
    /// Calls the hook on every callback, even where one fails; throws the first failure where <paramref name="mayThrow"/>, and logs the others.
    /// </summary>
    public void FitEnd(TrainerContext context, FitResult result, bool mayThrow)
    {
        List<TrainerCallbackException> failures = CallAll(fitEnd, nameof(ITrainerCallback.OnFitEnd), context, result, static (c, x, r) => c.OnFitEnd(x, r));
        if (mayThrow && failures.Count > 0)
        {
            LogFailures(failures.Skip(1));
            throw failures[0];
        }

        LogFailures(failures);
    }

    private static void Call<T>(ITrainerCallback[] targets, string hook, TrainerContext? context, T argument, Action<ITrainerCallback, TrainerContext, T> call)
    {
        foreach (ITrainerCallback target in targets)
        {
            ITrainerCallback? outer = context?.Caller;
            try
            {
                context?.Caller = target;
                call(target, context!, argument);
            }
            catch (Exception e) when (e is not TrainerCallbackException)
            {
                throw new TrainerCallbackException(target.GetType().Name, hook, e);
            }
            finally
            {
                context?.Caller = outer;
            }
        }
    }

    private static List<TrainerCallbackException> CallAll<T>(ITrainerCallback[] targets, string hook, TrainerContext context, T argument,
        Action<ITrainerCallback, TrainerContext, T> call)
    {
        List<TrainerCallbackException> failures = [];
        foreach (ITrainerCallback target in targets)
        {
            try
            {
                Call([target], hook, context, argument, call);
            }
            catch (TrainerCallbackException e)
            {
                failures.Add(e);
            }
        }

        return failures;
    }

    private ITrainerCallback[] Implementing(string hook) => [.. callbacks.Where(c => c.Implements(hook))];

    private void LogFailures(IEnumerable<TrainerCallbackException> failures)
    {
        foreach (TrainerCallbackException failure in failures)
        {
            TrainerLog.CallbackFailed(logger, failure.Callback, failure.Hook, failure);
        }
    }
}
