using Microsoft.Extensions.Logging;
using MnistCnn.Models;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The phases of one run, called in order by <see cref="Trainer"/>.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainerOptions options;
    private readonly RunData data;
    private readonly CallbackList hooks;
    private readonly ITrainingStep step;
    private readonly StepGradients gradients;
    private readonly WeightAverage? average;
    private readonly TrainerContext context;
    private readonly RunCheckpoint checkpoint;
    private readonly RunValidation validation;
    private readonly RunTelemetry telemetry;
    private readonly Ranks? ranks;
    private readonly RunStop stop;
    private readonly long totalSteps;
    private long epochStarted;
    private bool isUpdating;

    public TrainingRun(
        TrainerOptions options, IReadOnlyList<ITrainerCallback> callbacks, ILogger logger, nn.Module<Tensor, Tensor> model, IMnistDataset train,
        IMnistDataset? validationData, Device device, CancellationToken cancellationToken)
    {
        this.options = options = options.Effective();
        options.Loss.ThrowIfUnfit(ModelChecks.ThrowIfUnfit(model, train, device, nameof(train)));
        if (validationData is not null)
        {
            ModelChecks.ThrowIfUnfit(model, validationData, device, "validation");
        }

        (Model, ranks) = (model, Ranks.Of(options.Collective, model));
        stop = new RunStop(options, Progress, ranks, cancellationToken);
        data = new RunData(options, train, validationData, device);
        totalSteps = Math.Min((long)options.Epochs * data.StepsPerEpoch, options.MaxSteps ?? long.MaxValue);
        hooks = new CallbackList(ranks is { Rank: > 0 } ? callbacks.Where(callback => !callback.IsForFirstRank) : callbacks, logger);
        step = TrainingSteps.Create(new StepRequest(model, device, options, train.Height, train.Width, data.MostImages, ranks, logger));
        gradients = new StepGradients(options, data, Progress, step, ranks, stop);
        average = options.EmaDecay is { } decay ? new WeightAverage(model, decay) : null;
        context = new TrainerContext(this, options, data.StepsPerEpoch, totalSteps, data.Validation is not null, logger);
        checkpoint = new RunCheckpoint(options, data, Progress, model, step, average, hooks, ranks, totalSteps);
        validation = new RunValidation(options, model, data.Validation, Progress, average, hooks, context, ranks, stop, cancellationToken);
        telemetry = new RunTelemetry(device);
        try
        {
            checkpoint.Resume(logger);
        }
        catch
        {
            Dispose();
            throw;
        }

        KnownClassNames.Keep(model, train.ClassNames);
        context.LastValidation = Progress.Validations.LastOrDefault();
    }

    public nn.Module<Tensor, Tensor> Model { get; }

    public RunProgress Progress { get; } = new();

    public bool HasEpochsLeft => !stop.Agree() && (Progress.Epoch < options.Epochs || !Progress.EpochEnded);

    public bool HasStepsLeft => !stop.IsAgreed && Progress.TrainedSteps < data.StepsPerEpoch;

    /// <summary>OnFitStart, after what a checkpoint remembers was read.</summary>
    public void Start()
    {
        context.ShowProgress();
        hooks.FitStart(context);
        stop.CheckLimits();
    }

    /// <summary>OnEpochStart, for the next epoch, or for one in whose middle the run was resumed.</summary>
    public void StartEpoch()
    {
        if (Progress.EpochEnded)
        {
            (Progress.Epoch, Progress.TrainedSteps, Progress.EpochEnded) = (Progress.Epoch + 1, 0, false);
            Progress.Figures.Reset();
        }

        epochStarted = options.Clock.GetTimestamp();
        telemetry.StartEpoch(Progress.Epoch);
        Model.train();
        context.ShowProgress();
        hooks.EpochStart(context);
    }

    public IEnumerator<RunBatch> RemainingBatches() => data.After(Progress.TrainedSteps, Progress.Epoch, step.RunsOnEngine).GetEnumerator();

    /// <summary>
    /// OnStepStart, with the learning rate of the step. A rank that wants to stop makes no step any more, and tells the others in the exchange of theirs.
    /// </summary>
    public void StartStep()
    {
        if (!stop.IsWanted)
        {
            context.StartStep(options.LearningRate * options.Schedule.FactorAt(Progress.TrainedGlobalSteps, data.StepsPerEpoch, totalSteps));
            hooks.StepStart(context);
        }
    }

    /// <summary>Forward, loss and backward pass of the batches of the step, on all ranks.</summary>
    public BatchFigures ComputeGradients(IEnumerator<RunBatch> batches) => gradients.Compute(batches, context.Step);

    /// <summary>Whether the step may go on to its update; where not, the run stops.</summary>
    public bool ShouldUpdate(BatchFigures outcome)
    {
        if (!stop.IsWanted && options.StopOnNonFiniteLoss && !double.IsFinite(outcome.LossSum))
        {
            stop.Request(StopReason.NonFiniteLoss, FormattableString.Invariant(
                $"The loss of epoch {context.Epoch}, step {context.Step} is {outcome.LossSum / outcome.Count}; its update was not made."));
            stop.Agree();
        }

        context.IsBetweenSteps |= stop.IsWanted;
        return !stop.IsWanted;
    }

    /// <summary>OnBeforeOptimizerStep, clipping, the optimizer's step, and the average of the weights.</summary>
    public void Update()
    {
        // libtorch's threads spin on for milliseconds after an operation, on the cores that the engine's threads need next.
        using TorchThreadScope? one = step.RunsOnEngine ? new TorchThreadScope(1) : null;
        if (hooks.WantGradients)
        {
            step.ShowGradients();
            hooks.BeforeOptimizerStep(context);
            step.TakeGradients();
        }

        step.Clip(options);
        isUpdating = true;
        step.Update(context.LearningRate);
        isUpdating = false;
        Progress.TrainedSteps++;
        Progress.TrainedGlobalSteps++;
        average?.Follow(Progress.TrainedGlobalSteps, ExposeWeights);
    }

    /// <summary>OnStepEnd.</summary>
    public void EndStep(BatchFigures outcome)
    {
        Progress.Figures.Add(outcome);
        if (options.StopOnNonFiniteLoss)
        {
            Progress.Steps.Add(outcome.RecordOf(context));
        }

        RunTelemetry.CountStep(outcome.Count);
        context.IsBetweenSteps = true;
        if (hooks.WantSteps)
        {
            hooks.StepEnd(context, new StepResult(context, outcome, Progress.Figures));
        }

        stop.CheckLimits();
    }

    /// <summary>OnEpochEnd, if all steps of the epoch were made.</summary>
    public void EndEpoch()
    {
        telemetry.EndEpoch();
        if (Progress.TrainedSteps < data.StepsPerEpoch || Progress.EpochEnded)
        {
            return;
        }

        EpochResult epoch = new(Progress.Epoch, Progress.Figures.Loss, Progress.Figures.Accuracy, Progress.Figures.Count,
            options.Clock.GetElapsedTime(epochStarted));
        Progress.Epochs.Add(epoch);
        Progress.EpochEnded = true;
        hooks.EpochEnd(context, epoch);
    }

    /// <summary>See <see cref="RunValidation.Run"/>.</summary>
    public EvaluationResult? Validate()
    {
        ExposeWeights();
        return validation.Run();
    }

    /// <summary>See <see cref="RunValidation.RunAtEnd"/>.</summary>
    public void ValidateAtEnd()
    {
        ExposeWeights();
        validation.RunAtEnd();
    }

    /// <summary>The model's parameters hold the current weights until the next step.</summary>
    public void ExposeWeights() => step.ExposeWeights();

    public void SaveCheckpoint(string path) => checkpoint.Save(path);

    public void SaveWeights(string path, bool asTheyAre) => checkpoint.SaveWeights(path, asTheyAre);

    public void RequestStop(StopReason reason, string message) => stop.Request(reason, message);

    /// <summary>OnException, OnFitEnd.</summary>
    public void Fail(Exception exception)
    {
        stop.Fail(exception);
        context.IsBetweenSteps = !isUpdating;
        LeaveModel();
        hooks.Exception(context, exception);
        hooks.FitEnd(context, Result(), mayThrow: false);
    }

    /// <summary>OnFitEnd.</summary>
    public FitResult End()
    {
        ranks?.ShareBuffers();
        LeaveModel();
        FitResult result = Result();
        hooks.FitEnd(context, result, mayThrow: true);
        return result;
    }

    public void Dispose()
    {
        telemetry.Dispose();
        step.Dispose();
        average?.Dispose();
        Progress.Dispose();
    }

    /// <summary>Leaves the model in eval mode, with the weights that were validated.</summary>
    private void LeaveModel()
    {
        ExposeWeights();
        average?.SwapIn();
        Model.eval();
    }

    private FitResult Result() => new()
    {
        StopReason = stop.Reason,
        StopMessage = stop.Message,
        History = Progress.History(),
        Duration = stop.Elapsed,
        BestCheckpoint = hooks.BestCheckpoint,
    };
}
