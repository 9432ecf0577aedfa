namespace MnistCnn;

/// <summary>What a classifier's <c>forward</c> returns.</summary>
public enum ClassifierOutput
{
    /// <summary>Unnormalised log-probabilities, which cross-entropy expects: the default, and what learns better.</summary>
    Logits,

    /// <summary>
    /// Probabilities. Fed into cross-entropy, which normalises once more, they flatten the gradients: kept for comparison with
    /// programs that do so.
    /// </summary>
    Softmax,
}
