namespace MnistCnn;

/// <summary>How a run went. Immutable.</summary>
public sealed record FitResult
{
    /// <summary>Why the run ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>One sentence on why the run ended, as a callback or the loop gave it.</summary>
    public required string StopMessage { get; init; }

    /// <summary>All steps, epochs and validations.</summary>
    public required TrainingHistory History { get; init; }

    /// <summary>Time from the call of <c>Fit</c> to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// The file of the best validation that the first <see cref="Training.Callbacks.ModelCheckpoint"/> keeps. <c>CnnClassifier.Load</c> and
    /// <c>CnnPredictor.Load</c> open it. Null where no callback keeps one, and on other ranks than the first.
    /// </summary>
    public string? BestCheckpoint { get; init; }

    /// <summary>The latest validation; null where there was none.</summary>
    public ValidationRecord? LastValidation => History.Validations.Count > 0 ? History.Validations[^1] : null;

    /// <summary>The validation with the highest accuracy, the lower loss where equal; null where there was none.</summary>
    public ValidationRecord? BestValidation => History.Validations.OrderByDescending(v => v.Result.Accuracy).ThenBy(v => v.Result.Loss).FirstOrDefault();
}
