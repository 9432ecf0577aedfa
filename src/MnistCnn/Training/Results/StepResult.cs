using MnistCnn.Training;
namespace MnistCnn;

/// <summary>
/// A step of training. The losses and accuracies are read from the device when they are asked for, so that a step that no callback
/// looks at does not wait for a GPU. Valid until the hook that received it returns; belongs to the thread of the run.
/// </summary>
public sealed class StepResult
{
    private readonly BatchFigures batch;
    private readonly TrainingFigures epoch;

    internal StepResult(TrainerContext context, BatchFigures batch, TrainingFigures epoch)
    {
        (Epoch, Step, StepsPerEpoch, GlobalStep) = (context.Epoch, context.Step, context.StepsPerEpoch, context.GlobalStep);
        this.batch = batch;
        this.epoch = epoch;
    }

    /// <summary>1-based epoch.</summary>
    public int Epoch { get; }

    /// <summary>1-based step in the epoch.</summary>
    public int Step { get; }

    /// <summary>Steps in each epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>1-based step since the beginning of the run.</summary>
    public long GlobalStep { get; }

    /// <summary>The number of images in the batch.</summary>
    public int BatchCount => batch.Count;

    /// <summary>Mean loss of the batch before the update.</summary>
    public double Loss => batch.LossSum / batch.Count;

    /// <summary>Share of the batch classified correctly before the update, 0 to 1.</summary>
    public double Accuracy => (double)batch.Hits / batch.Count;

    /// <summary>Mean loss over the images since the epoch began.</summary>
    public double EpochLoss => epoch.Loss;

    /// <summary>Share of the images classified correctly since the epoch began, 0 to 1.</summary>
    public double EpochAccuracy => epoch.Accuracy;

    /// <summary>Whether what happens every so many steps of an epoch happens after this one; after the last step, where the epoch has fewer.</summary>
    internal bool IsDue(int everySteps) => Step % Math.Min(everySteps, StepsPerEpoch) == 0;
}
