using static TorchSharp.torch;

namespace MnistCnn.Training;

internal sealed class WeightedCrossEntropy(double labelSmoothing, float[]? classWeights) : Loss
{
    public double LabelSmoothing { get; } = labelSmoothing is >= 0 and < 1
        ? labelSmoothing
        : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing,
            FormattableString.Invariant($"labelSmoothing: expected 0 to below 1, found {labelSmoothing}."));

    /// <summary>One for each class; null where all are 1.</summary>
    public float[]? ClassWeights => classWeights;

    public override string ToString() => FormattableString.Invariant($"cross-entropy, label smoothing {LabelSmoothing}") + Words(classWeights);

    internal override Tensor PerImage(Tensor logits, Tensor labels) =>
        Weighted(nn.functional.cross_entropy(logits, labels, label_smoothing: LabelSmoothing, reduction: nn.Reduction.None), labels, classWeights);

    internal override Tensor Mean(Tensor logits, Tensor labels) =>
        classWeights is null ? nn.functional.cross_entropy(logits, labels, label_smoothing: LabelSmoothing) : base.Mean(logits, labels);

    internal override void ThrowIfUnfit(long classes) => ThrowIfUnfit(classWeights, classes);
}
