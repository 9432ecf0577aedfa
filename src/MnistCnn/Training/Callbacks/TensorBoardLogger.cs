using TorchSharp;
using TorchSharp.Modules;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Writes figures for TensorBoard with TorchSharp's <see cref="SummaryWriter"/>: <c>train/loss</c>, <c>train/accuracy</c> and <c>learning_rate</c> every so
/// many steps,
/// <c>validation/loss</c>, <c>validation/accuracy</c> and each further metric at each validation, by global step. A resumed run adds a file to the folder.
/// </summary>
public sealed class TensorBoardLogger : TrainerCallback
{
    private readonly string directory;
    private readonly int everySteps;
    private SummaryWriter? writer;

    /// <summary>Creates the callback.</summary>
    /// <param name="directory">The folder of the event file; created.</param>
    /// <param name="everySteps">After how many steps of the run, 1 or more; 10 by default.</param>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public TensorBoardLogger(string directory, int everySteps = 10)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (this.directory, this.everySteps) = (directory, everySteps);
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context) => writer = torch.utils.tensorboard.SummaryWriter(directory);

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.GlobalStep % everySteps == 0)
        {
            Write("train/loss", step.Loss, context);
            Write("train/accuracy", step.Accuracy, context);
            Write("learning_rate", context.LearningRate, context);
        }
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        Write("validation/loss", result.Loss, context);
        Write("validation/accuracy", result.Accuracy, context);
        foreach ((string name, double value) in result.Metrics)
        {
            Write($"validation/{name}", value, context);
        }
    }

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result) => writer = null;

    private void Write(string tag, double value, TrainerContext context) => writer!.add_scalar(tag, (float)value, (int)context.GlobalStep);
}
