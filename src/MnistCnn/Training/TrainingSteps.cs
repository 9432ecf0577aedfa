namespace MnistCnn.Training;

/// <summary>The one place where the implementation of a run's steps is chosen.</summary>
internal static class TrainingSteps
{
    public static ITrainingStep Create(StepRequest request) => request.Options.Precision switch
    {
        TrainingPrecision.BFloat16Mixed => new MixedPrecisionStep(request),
        _ => (ITrainingStep?)KernelStep.TryCreate(request) ?? new LibtorchStep(request),
    };
}
