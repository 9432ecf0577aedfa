using static TorchSharp.torch;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Ends a run when validations stop improving, and gives the model the weights of the best validation back, however the run ends. Checks at each validation;
/// its state goes into checkpoints. A run whose validations never gave the number to compare logs a warning. One instance for one run at a time.
/// </summary>
public sealed class EarlyStopping : TrainerCallback
{
    private readonly int patience;
    private readonly double minDelta;
    private readonly MonitoredValue monitor;
    private readonly bool restoreBest;
    private readonly Dictionary<string, Tensor> bestWeights = [];
    private double? best;
    private int checksWithoutImprovement;

    /// <summary>Creates the callback.</summary>
    /// <param name="patience">
    /// How many validations in a row may bring no improvement, 1 or more; 10 by default. The run ends at the one after which there are this many.
    /// </param>
    /// <param name="minDelta">The least change that counts as an improvement, 0 or more; 0 by default.</param>
    /// <param name="monitor">What must improve; <see cref="MonitoredValue.ValidationLoss"/> where null.</param>
    /// <param name="restoreBest">Whether the model gets the weights of its best validation in the end; true by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public EarlyStopping(int patience = 10, double minDelta = 0, MonitoredValue? monitor = null, bool restoreBest = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(minDelta);
        (this.patience, this.minDelta, this.monitor, this.restoreBest) = (patience, minDelta, monitor ?? MonitoredValue.ValidationLoss, restoreBest);
    }

    /// <summary>The best value so far; null before the first validation.</summary>
    public double? Best => best;

    /// <inheritdoc/>
    public override string? StateKey => $"early_stopping.{monitor.Name}";

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context)
    {
        if (!context.HasValidation)
        {
            throw new InvalidOperationException("EarlyStopping: expected validation data, but Fit was called without.");
        }

        if (context.GlobalStep == 0)
        {
            Forget();
        }
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        double value = monitor.Read(result);
        if (monitor.IsBetter(value, best, minDelta))
        {
            (best, checksWithoutImprovement) = (value, 0);
            KeepWeights(context.Model);
        }
        else if (++checksWithoutImprovement >= patience)
        {
            context.RequestStop(StopReason.EarlyStopped, FormattableString.Invariant($"{monitor.Name} has not improved on {best} for {patience} validations."));
        }
    }

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result)
    {
        if (restoreBest && bestWeights.Count > 0)
        {
            context.ReplaceWeights(bestWeights);
        }

        DisposeWeights();
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

        foreach ((string name, Tensor tensor) in bestWeights)
        {
            state.Set(name, tensor);
        }
    }

    /// <inheritdoc/>
    public override void LoadState(CallbackState state)
    {
        Forget();
        (best, checksWithoutImprovement) = (state.GetDouble("best"), (int)(state.GetInt64("checks") ?? 0));
        foreach (string name in state.TensorNames)
        {
            bestWeights[name] = state.GetTensor(name)!.DetachFromDisposeScope();
        }
    }

    private void KeepWeights(nn.Module model)
    {
        if (!restoreBest)
        {
            return;
        }

        DisposeWeights();
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            bestWeights[name] = tensor.detach().clone().DetachFromDisposeScope();
        }
    }

    private void Forget()
    {
        DisposeWeights();
        (best, checksWithoutImprovement) = (null, 0);
    }

    private void DisposeWeights()
    {
        foreach (Tensor tensor in bestWeights.Values)
        {
            tensor.Dispose();
        }

        bestWeights.Clear();
    }
}
