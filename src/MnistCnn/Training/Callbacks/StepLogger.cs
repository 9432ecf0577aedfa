using Microsoft.Extensions.Logging;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Logs one line every so many steps: the means since the epoch began and, where the model was validated at that step, what was found.
/// <code>epoch: 1/10 | step: 100/469 | trn loss: 2.1567 | val loss: 1.8915 | trn_acc: 0.3622 | val_acc: 0.5855</code>
/// </summary>
public sealed class StepLogger : TrainerCallback
{
    private readonly ILogger? logger;
    private readonly TextWriter? writer;
    private readonly int everySteps;

    /// <summary>Creates the callback.</summary>
    /// <param name="logger">Receives the lines at level Information.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch; an epoch of fewer steps has one line,
    /// after its last.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public StepLogger(ILogger logger, int everySteps = 100)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        this.logger = logger;
        this.everySteps = everySteps;
    }

    /// <summary>Creates a callback that writes its lines to a writer: <c>new StepLogger(Console.Out)</c>.</summary>
    /// <param name="writer">Receives the lines on the thread of the run; it stays the caller's.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch; an epoch of fewer steps has one line,
    /// after its last.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public StepLogger(TextWriter writer, int everySteps = 100)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (this.writer, this.everySteps) = (writer, everySteps);
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.IsDue(everySteps) && logger?.IsEnabled(LogLevel.Information) != false)
        {
            EvaluationResult? validation = context.LastValidation is { } last && last.GlobalStep == step.GlobalStep ? last.Result : null;
            StepLine line = new(step, context.Options.Epochs, validation);
            writer?.WriteLine(line.ToString());
            logger?.Log(LogLevel.Information, default, line, null, static (line, _) => line.ToString());
        }
    }
}
