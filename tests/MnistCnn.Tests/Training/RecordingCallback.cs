namespace MnistCnn.Tests.Training;

/// <summary>Writes down each hook, and does what a test wants in it.</summary>
internal sealed class RecordingCallback(string prefix = "", Action<string, TrainerContext>? then = null) : TrainerCallback
{
    public List<string> Hooks { get; init; } = [];

    public FitResult? Result { get; private set; }

    public Exception? Exception { get; private set; }

    public override void OnFitStart(TrainerContext context) => Record("FitStart", context);

    public override void OnEpochStart(TrainerContext context) => Record($"EpochStart {context.Epoch}", context);

    public override void OnStepStart(TrainerContext context) => Record($"StepStart {context.Step}", context);

    public override void OnBeforeOptimizerStep(TrainerContext context) => Record($"BeforeOptimizerStep {context.Step}", context);

    public override void OnStepEnd(TrainerContext context, StepResult step) => Record($"StepEnd {step.Step}", context);

    public override void OnValidationStart(TrainerContext context) => Record("ValidationStart", context);

    public override void OnValidationEnd(TrainerContext context, EvaluationResult result) => Record("ValidationEnd", context);

    public override void OnEpochEnd(TrainerContext context, EpochResult epoch) => Record($"EpochEnd {epoch.Epoch}", context);

    public override void OnException(TrainerContext context, Exception exception)
    {
        Exception = exception;
        Record("Exception", context);
    }

    public override void OnFitEnd(TrainerContext context, FitResult result)
    {
        Result = result;
        Record($"FitEnd {result.StopReason}", context);
    }

    private void Record(string hook, TrainerContext context)
    {
        Hooks.Add(prefix + hook);
        then?.Invoke(hook, context);
    }
}
