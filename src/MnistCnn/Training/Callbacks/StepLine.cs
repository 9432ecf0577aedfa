using System.Collections;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// A line of <see cref="StepLogger"/>: for structured logs its values by name, for all others the reference's text, in the invariant culture, which generated
/// log methods do not keep to.
/// </summary>
internal sealed class StepLine(StepResult step, int epochs, EvaluationResult? validation) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] values = validation is null
        ? [.. Position(step, epochs), new("TrainingLoss", step.EpochLoss), new("TrainingAccuracy", step.EpochAccuracy)]
        : [
            .. Position(step, epochs), new("TrainingLoss", step.EpochLoss), new("ValidationLoss", validation.Loss),
            new("TrainingAccuracy", step.EpochAccuracy), new("ValidationAccuracy", validation.Accuracy),
        ];

    public int Count => values.Length;

    public KeyValuePair<string, object?> this[int index] => values[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => FormattableString.Invariant($"epoch: {step.Epoch}/{epochs} | step: {step.Step}/{step.StepsPerEpoch} | ")
        + (validation is null
        ? FormattableString.Invariant($"trn loss: {step.EpochLoss:F4} | trn_acc: {step.EpochAccuracy:F4}")
        : FormattableString.Invariant(
            $"trn loss: {step.EpochLoss:F4} | val loss: {validation.Loss:F4} | trn_acc: {step.EpochAccuracy:F4} | val_acc: {validation.Accuracy:F4}"));

    private static KeyValuePair<string, object?>[] Position(StepResult step, int epochs) =>
        [new("Epoch", step.Epoch), new("Epochs", epochs), new("Step", step.Step), new("Steps", step.StepsPerEpoch)];
}
