namespace MnistCnn.Training.Callbacks;

/// <summary>How far a run has come: what a progress display needs. Immutable.</summary>
public sealed record TrainingProgress
{
    /// <summary>1-based epoch.</summary>
    public required int Epoch { get; init; }

    /// <summary>All epochs of the run.</summary>
    public required int Epochs { get; init; }

    /// <summary>1-based step in the epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in each epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>1-based step since the beginning of the run.</summary>
    public required long GlobalStep { get; init; }

    /// <summary>All steps of the run, if nothing ends it before.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Mean loss over the images since the epoch began.</summary>
    public required double Loss { get; init; }

    /// <summary>Share of the images classified correctly since the epoch began, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The learning rate of the step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The latest validation; null before the first.</summary>
    public required ValidationRecord? LastValidation { get; init; }

    /// <summary>Images trained on a second, since the run began or was resumed, validations included in the time.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Time since the run began or was resumed.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that the remaining steps take at the speed so far.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The share of the run that is done, 0 to 1.</summary>
    public double Fraction => (double)GlobalStep / TotalSteps;
}
