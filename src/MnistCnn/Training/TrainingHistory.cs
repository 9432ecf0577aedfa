namespace MnistCnn.Training;

/// <summary>What happened during a run, in order. Immutable.</summary>
/// <param name="Epochs">Completed epochs.</param>
/// <param name="Validations">Validations and when they were made.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochResult> Epochs, IReadOnlyList<ValidationRecord> Validations);
