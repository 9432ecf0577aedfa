using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>A run as its callbacks see it. Belongs to the thread of <see cref="Trainer.Fit"/>.</summary>
public sealed class TrainerContext
{
    private readonly TrainingRun run;
    private double scheduledLearningRate;
    private double learningRate;

    internal TrainerContext(TrainingRun run, TrainerOptions options, int stepsPerEpoch, bool hasValidation)
    {
        (this.run, Options, StepsPerEpoch, HasValidation) = (run, options, stepsPerEpoch, hasValidation);
        (scheduledLearningRate, learningRate) = (options.LearningRate, options.LearningRate);
    }

    /// <summary>What the trainer was told.</summary>
    public TrainerOptions Options { get; }

    /// <summary>
    /// The model that is trained, with its current weights: read it here in each hook, rather than keeping it. Weights may be changed in every hook but
    /// <see cref="ITrainerCallback.OnBeforeOptimizerStep"/>, where gradients may be. In validation hooks and at the end it has the averaged weights, where those are kept.
    /// </summary>
    public nn.Module<Tensor, Tensor> Model
    {
        get
        {
            run.ExposeWeights();
            return run.Model;
        }
    }

    /// <summary>The learning rate of this step's update, or of the last one. Setting it scales the schedule from here on by the same ratio.</summary>
    /// <value>A finite number of 0 or more.</value>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double LearningRate
    {
        get => learningRate;
        set
        {
            learningRate = double.IsFinite(value) && value >= 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, FormattableString.Invariant($"LearningRate: expected a finite number of 0 or more, found {value}."));
            run.Progress.LearningRateScale = scheduledLearningRate > 0 ? value / scheduledLearningRate : run.Progress.LearningRateScale;
        }
    }

    /// <summary>1-based epoch, 0 before the first.</summary>
    public int Epoch { get; private set; }

    /// <summary>1-based step in the epoch, 0 before its first.</summary>
    public int Step { get; private set; }

    /// <summary>1-based step since the beginning of the run, those before a resume included; 0 before the first.</summary>
    public long GlobalStep { get; private set; }

    /// <summary>Steps in each epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Whether the run has validation data.</summary>
    public bool HasValidation { get; }

    /// <summary>The latest validation and when it was made, null before the first.</summary>
    public ValidationRecord? LastValidation { get; internal set; }

    /// <summary>Whether the weights are those of whole steps, so that a checkpoint can be saved.</summary>
    internal bool IsBetweenSteps { get; set; } = true;

    /// <summary>Ends the run after the current step; the other callbacks still see the hook.</summary>
    /// <param name="reason">One sentence, which <see cref="FitResult.StopMessage"/> repeats.</param>
    public void RequestStop(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        run.RequestStop(StopReason.RequestedByCallback, reason);
    }

    /// <summary>Evaluates the validation data now, in eval mode and without gradients, and calls the validation hooks.</summary>
    /// <returns>What was found; null where the run was canceled meanwhile, which then ends after the hook.</returns>
    /// <exception cref="InvalidOperationException">The run has no validation data, or a step is under way.</exception>
    public EvaluationResult? Validate()
    {
        if (!HasValidation)
        {
            throw new InvalidOperationException("Validate: expected validation data, but Fit was called without.");
        }

        ThrowIfWithinStep(nameof(Validate));
        return run.Validate();
    }

    internal void RequestStop(StopReason kind, string reason) => run.RequestStop(kind, reason);

    internal void ShowProgress() => (Epoch, Step, GlobalStep) = (run.Progress.Epoch, run.Progress.TrainedSteps, run.Progress.TrainedGlobalSteps);

    internal void StartStep(double scheduled)
    {
        scheduledLearningRate = scheduled;
        learningRate = scheduled * run.Progress.LearningRateScale;
        Step = run.Progress.TrainedSteps + 1;
        GlobalStep = run.Progress.TrainedGlobalSteps + 1;
        IsBetweenSteps = false;
    }

    private void ThrowIfWithinStep(string operation)
    {
        if (!IsBetweenSteps)
        {
            throw new InvalidOperationException($"{operation}: expected a hook between steps, but step {Step} of epoch {Epoch} is under way.");
        }
    }
}
