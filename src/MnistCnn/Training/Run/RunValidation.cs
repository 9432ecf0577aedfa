using MnistCnn.Batches;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The validations of a run: those that callbacks ask for, and the one at its end.</summary>
internal sealed class RunValidation(
    TrainerOptions options, nn.Module<Tensor, Tensor> model, BatchLoader? batches, RunProgress progress, WeightAverage? average, CallbackList hooks,
    TrainerContext context, Ranks? ranks, RunStop stop, CancellationToken cancellationToken)
{
    /// <summary>The validation hooks and between them the evaluation, of the averaged weights where there are any; null where it was canceled.</summary>
    public EvaluationResult? Run()
    {
        using IDisposable? activity = RunTelemetry.StartValidation();
        using DisposeScope scope = NewDisposeScope();
        ranks?.ShareBuffers();
        average?.SwapIn();
        try
        {
            hooks.ValidationStart(context);
            using ModelUse use = ModelUse.ForEvaluation(model);
            EvaluationResult? result = Evaluator.Run(model, batches!, options, ranks, cancellationToken);
            if (result is not null)
            {
                context.LastValidation = new ValidationRecord(context.Epoch, context.Step, context.GlobalStep, result);
                progress.Validations.Add(context.LastValidation);
                hooks.ValidationEnd(context, result);
            }

            return result;
        }
        finally
        {
            average?.SwapOut();
        }
    }

    /// <summary>
    /// Validates once at the end of a run whose weights were updated after its last validation, unless the run was canceled or its loss was not finite.
    /// </summary>
    public void RunAtEnd()
    {
        stop.Settle();
        long step = progress.TrainedGlobalSteps;
        if (batches is null || step == 0 || context.LastValidation?.GlobalStep == step || stop.Reason is StopReason.Canceled or StopReason.NonFiniteLoss)
        {
            return;
        }

        context.ShowLastUpdate();
        if (Run() is null)
        {
            stop.CancelAtEnd();
        }
    }
}
