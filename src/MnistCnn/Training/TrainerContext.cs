using Microsoft.Extensions.Logging;
using MnistCnn.Training;
using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>A run as its callbacks see it. Belongs to the thread of <see cref="Trainer.Fit"/>.</summary>
public sealed class TrainerContext
{
    private readonly TrainingRun run;
    private readonly ILogger logger;
    private double scheduledLearningRate;
    private double learningRate;
    private bool weightsReplaced;

    internal TrainerContext(TrainingRun run, TrainerOptions options, int stepsPerEpoch, long totalSteps, bool hasValidation, ILogger logger)
    {
        (this.run, this.logger, Options, StepsPerEpoch, TotalSteps, HasValidation) = (run, logger, options, stepsPerEpoch, totalSteps, hasValidation);
        (scheduledLearningRate, learningRate) = (options.LearningRate, options.LearningRate);
    }

    /// <summary>What the trainer was told.</summary>
    public TrainerOptions Options { get; }

    /// <summary>
    /// The model that is trained, with its current weights: read it here in each hook, rather than keeping it. Weights may be changed in every hook but
    /// <see cref="ITrainerCallback.OnBeforeOptimizerStep"/>, where gradients may be. In validation hooks and at the end it has the averaged weights, where
    /// those are kept.
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
    /// <exception cref="InvalidOperationException">The callback that sets it <see cref="ITrainerCallback.IsForFirstRank"/>.</exception>
    public double LearningRate
    {
        get => learningRate;
        set
        {
            ThrowIfCalledByFirstRankOnly(nameof(LearningRate));
            learningRate = double.IsFinite(value) && value >= 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(LearningRate), value,
                    FormattableString.Invariant($"LearningRate: expected a finite number of 0 or more, found {value}."));
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

    /// <summary>All steps of the run, if nothing but <see cref="TrainerOptions.MaxSteps"/> ends it before its last epoch.</summary>
    public long TotalSteps { get; }

    /// <summary>Whether the run has validation data.</summary>
    public bool HasValidation { get; }

    /// <summary>The latest validation and when it was made, null before the first.</summary>
    public ValidationRecord? LastValidation { get; internal set; }

    internal bool IsBetweenSteps { get; set; } = true;

    /// <summary>The callback whose hook runs.</summary>
    internal ITrainerCallback? Caller { get; set; }

    /// <summary>Whether the weights are those of whole steps, and of the steps that were made.</summary>
    internal bool CanSaveCheckpoint => IsBetweenSteps && !weightsReplaced;

    /// <summary>Ends the run after the current step; the other callbacks still see the hook.</summary>
    /// <param name="reason">One sentence, which <see cref="FitResult.StopMessage"/> repeats.</param>
    public void RequestStop(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        run.RequestStop(StopReason.RequestedByCallback, reason);
    }

    /// <summary>Evaluates the validation data now, in eval mode and without gradients, and calls the validation hooks.</summary>
    /// <returns>What was found; null where the run was canceled meanwhile, which then ends after the hook.</returns>
    /// <exception cref="InvalidOperationException">
    /// The run has no validation data, a step is under way, or the callback that asks for it <see cref="ITrainerCallback.IsForFirstRank"/>: all ranks validate
    /// together.
    /// </exception>
    public EvaluationResult? Validate()
    {
        if (!HasValidation)
        {
            throw new InvalidOperationException("Validate: expected validation data, but Fit was called without.");
        }

        ThrowIfWithinStep(nameof(Validate));
        ThrowIfCalledByFirstRankOnly(nameof(Validate));
        return run.Validate();
    }

    /// <summary>
    /// Saves all that is needed to go on from here with <see cref="TrainerOptions.ResumeFrom"/>: weights, their averages, optimizer, position, history, and the
    /// state of each callback that has a <see cref="ITrainerCallback.StateKey"/>. The file is replaced atomically. Callbacks that come later have not seen the
    /// hook yet. Of several ranks only rank 0 writes; the others return at once.
    /// </summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <exception cref="InvalidOperationException">
    /// A step is under way, or <see cref="Training.Callbacks.EarlyStopping"/> has restored other weights.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; an old one is unchanged.</exception>
    public void SaveCheckpoint(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfWithinStep(nameof(SaveCheckpoint));
        if (weightsReplaced)
        {
            throw new InvalidOperationException(
                "SaveCheckpoint: expected the weights of the last step, but the best ones were restored. Save before, or in a callback that is given after.");
        }

        run.SaveCheckpoint(path);
    }

    /// <summary>
    /// Saves the weights alone, in the safetensors format: the averaged ones, where they are kept; at the end of a run, those that the model is left with. A
    /// <c>CnnClassifier</c>'s file is what its <c>Save</c> writes. The file is replaced atomically. Of several ranks only rank 0 writes; the others return at
    /// once.
    /// </summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <exception cref="InvalidOperationException">A step is under way.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one is unchanged.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfWithinStep(nameof(SaveWeights));
        run.SaveWeights(path, asTheyAre: weightsReplaced);
    }

    /// <summary>Gives the model other weights for good, at the end of a run.</summary>
    internal void ReplaceWeights(IReadOnlyDictionary<string, Tensor> weights)
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor target) in Model.state_dict())
        {
            target.copy_(weights[name]);
        }

        weightsReplaced = true;
    }

    /// <summary>Warns that a callback compared nothing, at the end of a run that was to be validated.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="value">The name of the number that no validation gave.</param>
    /// <param name="result">How the run ended.</param>
    internal void WarnOfNoValue(ITrainerCallback callback, string value, FitResult result)
    {
        if (result.StopReason is not (StopReason.Canceled or StopReason.Failed or StopReason.NonFiniteLoss))
        {
            TrainerLog.NoValue(logger, callback.GetType().Name, value);
        }
    }

    internal void RequestStop(StopReason kind, string reason) => run.RequestStop(kind, reason);

    internal void ShowProgress() => (Epoch, Step, GlobalStep) = (run.Progress.Epoch, run.Progress.TrainedSteps, run.Progress.TrainedGlobalSteps);

    /// <summary>Shows the step of the last update, of which there was one: an epoch that has no step yet is not where the weights come from.</summary>
    internal void ShowLastUpdate()
    {
        ShowProgress();
        (Epoch, Step) = Step > 0 ? (Epoch, Step) : (Epoch - 1, StepsPerEpoch);
    }

    internal void StartStep(double scheduled)
    {
        scheduledLearningRate = scheduled;
        learningRate = scheduled * run.Progress.LearningRateScale;
        Step = run.Progress.TrainedSteps + 1;
        GlobalStep = run.Progress.TrainedGlobalSteps + 1;
        IsBetweenSteps = false;
    }

    private void ThrowIfCalledByFirstRankOnly(string operation)
    {
        if (Caller is { IsForFirstRank: true })
        {
            throw new InvalidOperationException(
                $"{operation}: expected a callback that every rank calls, but of several ranks only the first calls {Caller.GetType().Name}: its "
                    + $"{nameof(ITrainerCallback.IsForFirstRank)} is true.");
        }
    }

    private void ThrowIfWithinStep(string operation)
    {
        if (!IsBetweenSteps)
        {
            throw new InvalidOperationException($"{operation}: expected a hook between steps, but step {Step} of epoch {Epoch} is under way.");
        }
    }
}
