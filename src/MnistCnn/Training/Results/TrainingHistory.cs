namespace MnistCnn;

/// <summary>What happened during a run, in order; after a resume, what happened before it is included. Immutable.</summary>
public sealed record TrainingHistory
{
    /// <summary>Every step whose update was made; empty where <see cref="TrainerOptions.StopOnNonFiniteLoss"/> is off.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>Validations and when they were made.</summary>
    public required IReadOnlyList<ValidationRecord> Validations { get; init; }

    /// <summary>Completed epochs.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }
}
