namespace MnistCnn.Networks;

/// <summary>What makes the outputs of a trained network mean what they say; fitted on images that it was not trained on. Immutable and thread-safe.</summary>
/// <remarks>
/// Sources: temperature scaling, Guo et al., «On calibration of modern neural networks», 2017; energy as a score of familiarity, Liu et al., «Energy-based
/// out-of-distribution detection», 2020.
/// </remarks>
public sealed record Calibration
{
    private readonly float temperature = 1;

    /// <summary>Probabilities as the network gives them, and every image familiar.</summary>
    public static Calibration None { get; } = new();

    /// <summary>What logits are divided by before the softmax. The most probable class does not depend on it.</summary>
    /// <value>A finite number above 0; 1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Anything else.</exception>
    public float Temperature
    {
        get => temperature;
        init => temperature = float.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value,
                FormattableString.Invariant($"Temperature: expected a finite number above 0, found {value}."));
    }

    /// <summary>The least familiarity of an image like those that the network was trained on: Temperature · log Σ exp(logit / Temperature).</summary>
    /// <value>A finite number; null, the default: every image is familiar.</value>
    /// <exception cref="ArgumentOutOfRangeException">NaN or infinite.</exception>
    public float? FamiliarityThreshold
    {
        get;
        init => field = value is null || float.IsFinite(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(FamiliarityThreshold), value,
                FormattableString.Invariant($"FamiliarityThreshold: expected a finite number, found {value}."));
    }
}
