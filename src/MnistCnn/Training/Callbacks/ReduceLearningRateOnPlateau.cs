namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Scales the learning rate, schedule and all, down when validations stop improving. Checks at each validation; its state goes into checkpoints.
/// </summary>
public sealed class ReduceLearningRateOnPlateau : TrainerCallback
{
    private readonly double factor;
    private readonly int patience;
    private readonly double minDelta;
    private readonly double minLearningRate;
    private readonly MonitoredValue monitor;
    private double? best;
    private int checksWithoutImprovement;

    /// <summary>Creates the callback.</summary>
    /// <param name="factor">What the learning rate is multiplied by, above 0 and below 1; 0.1 by default.</param>
    /// <param name="patience">After how many validations in a row without improvement, 1 or more; 10 by default.</param>
    /// <param name="minDelta">The least change that counts as an improvement, 0 or more; 0 by default.</param>
    /// <param name="minLearningRate">It is not made smaller than this, 0 or more; 0 by default.</param>
    /// <param name="monitor">What must improve; <see cref="MonitoredValue.ValidationLoss"/> where null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public ReduceLearningRateOnPlateau(double factor = 0.1, int patience = 10, double minDelta = 0, double minLearningRate = 0, MonitoredValue? monitor = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(factor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(minDelta);
        ArgumentOutOfRangeException.ThrowIfNegative(minLearningRate);
        (this.factor, this.patience, this.minDelta, this.minLearningRate, this.monitor) =
            (factor, patience, minDelta, minLearningRate, monitor ?? MonitoredValue.ValidationLoss);
    }

    /// <inheritdoc/>
    public override string? StateKey => $"reduce_learning_rate.{monitor.Name}";

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context)
    {
        if (!context.HasValidation)
        {
            throw new InvalidOperationException("ReduceLearningRateOnPlateau: expected validation data, but Fit was called without.");
        }

        if (context.GlobalStep == 0)
        {
            (best, checksWithoutImprovement) = (null, 0);
        }
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        double value = monitor.Read(result);
        if (monitor.IsBetter(value, best, minDelta))
        {
            (best, checksWithoutImprovement) = (value, 0);
        }
        else if (++checksWithoutImprovement >= patience)
        {
            context.LearningRate = Math.Max(Math.Min(minLearningRate, context.LearningRate), context.LearningRate * factor);
            checksWithoutImprovement = 0;
        }
    }

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result)
    {
        if (best is null)
        {
            context.WarnOfNoValue(this, monitor.Name, result);
        }
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        state.Set("checks", checksWithoutImprovement);
        if (best is { } value)
        {
            state.Set("best", value);
        }
    }

    /// <inheritdoc/>
    public override void LoadState(CallbackState state) => (best, checksWithoutImprovement) = (state.GetDouble("best"), (int)(state.GetInt64("checks") ?? 0));
}
