using static TorchSharp.torch;

namespace MnistCnn.Training;

internal sealed class FocalLoss(double gamma, float[]? classWeights) : Loss
{
    /// <summary>Below it 1 − p is nothing but rounding, and its power would have an infinite derivative where γ is below 1.</summary>
    private const double Smallest = 1e-7;

    private readonly double gamma = double.IsFinite(gamma) && gamma >= 0
        ? gamma
        : throw new ArgumentOutOfRangeException(nameof(gamma), gamma,
            FormattableString.Invariant($"gamma: expected a finite number of 0 or more, found {gamma}."));

    public override string ToString() => FormattableString.Invariant($"focal loss, gamma {gamma}") + Words(classWeights);

    internal override Tensor PerImage(Tensor logits, Tensor labels)
    {
        Tensor logarithm = nn.functional.log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).squeeze(1); // [N]
        return Weighted((1 - logarithm.exp()).clamp_min(Smallest).pow(gamma) * -logarithm, labels, classWeights);
    }

    internal override void ThrowIfUnfit(long classes) => ThrowIfUnfit(classWeights, classes);
}
