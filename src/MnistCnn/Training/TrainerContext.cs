using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>A run as its callbacks see it. Belongs to the thread of <see cref="Trainer.Fit"/>.</summary>
public sealed class TrainerContext
{
    private readonly Func<EvaluationResult> evaluate;
    private double learningRate;

    internal TrainerContext(TrainerOptions options, nn.Module<Tensor, Tensor> model, int stepsPerEpoch, bool hasValidation, Func<EvaluationResult> evaluate)
    {
        (Options, Model, StepsPerEpoch, HasValidation, this.evaluate) = (options, model, stepsPerEpoch, hasValidation, evaluate);
        learningRate = options.LearningRate;
    }

    /// <summary>What the trainer was told.</summary>
    public TrainerOptions Options { get; }

    /// <summary>The model that is trained. Callbacks may read its weights at any time and change them in hooks other than <c>OnBeforeOptimizerStep</c>.</summary>
    public nn.Module<Tensor, Tensor> Model { get; }

    /// <summary>The learning rate of the next update.</summary>
    /// <value>A finite number of 0 or more.</value>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double LearningRate
    {
        get => learningRate;
        set => learningRate = double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, $"LearningRate: expected a finite number of 0 or more, found {value}.");
    }

    /// <summary>1-based epoch, 0 before the first.</summary>
    public int Epoch { get; internal set; }

    /// <summary>1-based step in the epoch, 0 before the first.</summary>
    public int Step { get; internal set; }

    /// <summary>1-based step since the beginning of the run, 0 before the first.</summary>
    public long GlobalStep { get; internal set; }

    /// <summary>Steps in each epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Whether the run has validation data.</summary>
    public bool HasValidation { get; }

    /// <summary>The latest validation and when it was made, null before the first.</summary>
    public ValidationRecord? LastValidation { get; internal set; }

    internal (StopReason Reason, string Message)? Stop { get; set; }

    /// <summary>Ends the run after the current step.</summary>
    /// <param name="reason">One sentence, which the result repeats.</param>
    public void RequestStop(string reason) => Stop ??= (StopReason.RequestedByCallback, reason);

    /// <summary>Evaluates the validation data now, in eval mode and without gradients, and calls the validation hooks.</summary>
    /// <exception cref="InvalidOperationException">The run has no validation data.</exception>
    public EvaluationResult Validate() => HasValidation
        ? evaluate()
        : throw new InvalidOperationException("Validate: expected validation data, but Fit was called without.");
}
