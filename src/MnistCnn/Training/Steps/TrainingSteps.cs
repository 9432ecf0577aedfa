using MnistCnn.Kernels;
using MnistCnn.Models;
using TorchSharp;

namespace MnistCnn.Training;

/// <summary>The one place where the implementation of a run's steps is chosen, and where the log says which and why.</summary>
internal static class TrainingSteps
{
    /// <exception cref="NotSupportedException">The processor would take many times as long for the precision that the options ask for.</exception>
    public static ITrainingStep Create(StepRequest request)
    {
        if (request.Options.Precision == TrainingPrecision.BFloat16Mixed)
        {
            BFloat16Support.ThrowIfSlow(request.Device);
            TrainerLog.OverLibtorch(request.Logger, "the options ask for bfloat16");
            return new MixedPrecisionStep(request);
        }

        string? obstacle = request.Device.type != DeviceType.CPU ? $"the device is {request.Device}" : request.Options.Loss is WeightedCrossEntropy ? null
            : $"the loss is {request.Options.Loss}, not cross-entropy";
        EngineModule? engine = obstacle is null ? EngineModule.Of(request.Model, new(1, request.Height, request.Width), training: true, out obstacle) : null;
        SimdKernels? agreed = request.Ranks is null ? SimdKernels.Best : request.Ranks.Agree(obstacle is null ? SimdKernels.Best : null);
        if (obstacle is null && agreed is not null)
        {
            TrainerLog.OnEngine(request.Logger);
            return new EngineStep(request, agreed == SimdKernels.Best ? engine! : engine!.With(agreed));
        }

        obstacle ??= "another rank cannot use the engine";
        TrainerLog.OverLibtorch(request.Logger, obstacle);
        return new LibtorchStep(request);
    }
}
