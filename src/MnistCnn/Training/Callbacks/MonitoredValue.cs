namespace MnistCnn.Training.Callbacks;

/// <summary>A number of each validation that callbacks compare: which, and whether more of it is better. Immutable and thread-safe.</summary>
public sealed class MonitoredValue
{
    private readonly Func<EvaluationResult, double> read;

    /// <summary>A number that you compute.</summary>
    /// <param name="name">Its name in logs and file names.</param>
    /// <param name="higherIsBetter">Whether more of it is better.</param>
    /// <param name="read">Takes it from a validation.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public MonitoredValue(string name, bool higherIsBetter, Func<EvaluationResult, double> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(read);
        (Name, HigherIsBetter, this.read) = (name, higherIsBetter, read);
    }

    /// <summary><see cref="EvaluationResult.Loss"/>, where less is better.</summary>
    public static MonitoredValue ValidationLoss { get; } = new("val_loss", higherIsBetter: false, result => result.Loss);

    /// <summary><see cref="EvaluationResult.Accuracy"/>, where more is better.</summary>
    public static MonitoredValue ValidationAccuracy { get; } = new("val_acc", higherIsBetter: true, result => result.Accuracy);

    /// <summary>The name in logs and file names.</summary>
    public string Name { get; }

    /// <summary>Whether more of it is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>One of <see cref="TrainerOptions.Metrics"/>.</summary>
    /// <param name="name">Its <see cref="Metrics.IMetric.Name"/>.</param>
    /// <param name="higherIsBetter">Whether more of it is better.</param>
    public static MonitoredValue Metric(string name, bool higherIsBetter = true) =>
        new(name, higherIsBetter, result => result.Metrics.TryGetValue(name, out double value)
        ? value
        : throw new InvalidOperationException(
            $"Metric '{name}': expected one of the trainer's metrics ({string.Join(", ", result.Metrics.Keys)}), found no such name."));

    /// <summary>The number of a validation.</summary>
    /// <param name="result">The validation.</param>
    public double Read(EvaluationResult result) => read(result);

    /// <summary>Whether a value improves on another by more than <paramref name="minDelta"/>. NaN never does; any number improves on null.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="best">The best so far, null at first.</param>
    /// <param name="minDelta">The least difference that counts, 0 or more.</param>
    public bool IsBetter(double value, double? best, double minDelta = 0) =>
        !double.IsNaN(value) && (best is not { } old || (HigherIsBetter ? value > old + minDelta : value < old - minDelta));
}
