using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MnistCnn.Batches;
using MnistCnn.Data;
using MnistCnn.Training.Callbacks;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// Trains a classifier: for each epoch, for each batch, forward, loss, backward, update, and callbacks between. One instance can
/// be used for several runs, one at a time.
/// </summary>
public sealed class Trainer
{
    private const int EvaluationBatchSize = 1000;

    private readonly TrainerOptions options;
    private readonly IReadOnlyList<ITrainerCallback> callbacks;
    private readonly ILogger logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">How to train; the reference recipe where null.</param>
    /// <param name="callbacks">Called in this order.</param>
    /// <param name="logger">Told of the device and of the end of a run.</param>
    public Trainer(TrainerOptions? options = null, IEnumerable<ITrainerCallback>? callbacks = null, ILogger<Trainer>? logger = null)
    {
        this.options = options ?? new TrainerOptions();
        this.callbacks = callbacks?.ToArray() ?? [];
        this.logger = logger ?? NullLogger<Trainer>.Instance;
    }

    /// <summary>Trains a model in place.</summary>
    /// <param name="model">Images [N, 1, H, W] to logits [N, classes]; moved to the device, left there in eval mode.</param>
    /// <param name="train">What to train on.</param>
    /// <param name="validation">What to validate on; no validation where null.</param>
    /// <param name="ct">Ends the run after the current step; <c>Fit</c> then returns with <see cref="StopReason.Canceled"/>.</param>
    /// <exception cref="TrainerCallbackException">A callback threw.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public FitResult Fit(nn.Module<Tensor, Tensor> model, IMnistDataset train, IMnistDataset? validation = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        Stopwatch clock = Stopwatch.StartNew();
        Device device = Prepare(model);
        using ThreadCount threads = new(options.Threads);
        BatchLoader batches = new(train, new BatchLoaderOptions { BatchSize = options.BatchSize, Seed = options.Seed, Device = device });
        BatchLoader? validationBatches = validation is null ? null : EvaluationBatches(validation, device);
        using LibtorchStep step = new(model, options);
        using TrainingFigures figures = new();
        List<EpochResult> epochs = [];
        List<ValidationRecord> validations = [];
        CallbackList hooks = new(WithValidation(validation is not null));
        TrainerContext context = null!;
        context = new TrainerContext(options, model, batches.StepsPerEpoch, validation is not null, () => Validate(context, validationBatches!, hooks, validations, ct));
        try
        {
            hooks.Invoke(nameof(ITrainerCallback.OnFitStart), c => c.OnFitStart(context));
            for (int epoch = 1; epoch <= options.Epochs && context.Stop is null; epoch++)
            {
                long started = Stopwatch.GetTimestamp();
                (context.Epoch, context.Step) = (epoch, 0);
                figures.Reset();
                model.train();
                hooks.Invoke(nameof(ITrainerCallback.OnEpochStart), c => c.OnEpochStart(context));
                foreach (MnistBatch batch in batches.Epoch(epoch))
                {
                    using DisposeScope scope = NewDisposeScope();
                    using (batch)
                    {
                        context.Step++;
                        context.GlobalStep++;
                        hooks.Invoke(nameof(ITrainerCallback.OnStepStart), c => c.OnStepStart(context));
                        BatchOutcome outcome = step.ComputeGradients(batch);
                        if (!double.IsFinite(outcome.LossSum))
                        {
                            context.Stop = (StopReason.NonFiniteLoss, $"The loss of epoch {epoch}, step {context.Step} is {outcome.LossSum}; its update was not made.");
                            break;
                        }

                        hooks.Invoke(nameof(ITrainerCallback.OnBeforeOptimizerStep), c => c.OnBeforeOptimizerStep(context));
                        step.Update(context.LearningRate);
                        figures.Add(outcome);
                        StepResult result = new(context, outcome, figures);
                        hooks.Invoke(nameof(ITrainerCallback.OnStepEnd), c => c.OnStepEnd(context, result));
                    }

                    StopWhenCanceled(context, ct);
                    if (context.Stop is not null)
                    {
                        break;
                    }
                }

                if (context.Stop is null)
                {
                    epochs.Add(new EpochResult(epoch, figures.Loss, figures.Accuracy, Stopwatch.GetElapsedTime(started)));
                    hooks.Invoke(nameof(ITrainerCallback.OnEpochEnd), c => c.OnEpochEnd(context, epochs[^1]));
                }
            }
        }
        catch (Exception e)
        {
            hooks.InvokeClosing(nameof(ITrainerCallback.OnException), c => c.OnException(context, e));
            hooks.InvokeClosing(nameof(ITrainerCallback.OnFitEnd), c => c.OnFitEnd(context, Result(context, epochs, validations, clock)));
            throw;
        }

        model.eval();
        FitResult fit = Result(context, epochs, validations, clock);
        hooks.InvokeClosing(nameof(ITrainerCallback.OnFitEnd), c => c.OnFitEnd(context, fit));
        return fit;
    }

    /// <summary>Evaluates a model in eval mode and without gradients; its mode is left as it was.</summary>
    /// <param name="model">Images [N, 1, H, W] to logits [N, classes]; moved to the device.</param>
    /// <param name="data">What to evaluate on.</param>
    /// <param name="ct">Ends the evaluation.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was canceled.</exception>
    public EvaluationResult Evaluate(nn.Module<Tensor, Tensor> model, IMnistDataset data, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        Device device = Prepare(model);
        using ThreadCount threads = new(options.Threads);
        BatchLoader batches = EvaluationBatches(data, device);
        return Evaluator.Evaluate(model, batches, ct);
    }

    private Device Prepare(nn.Module<Tensor, Tensor> model)
    {
        TorchRuntime.EnsureLoaded();
        AllocatorWarmUp.Run();
        DeviceSelection selection = options.Device is { } chosen ? new(chosen, "it was asked for.") : DeviceSelector.Select();
        TrainerLog.Device(logger, selection);
        model.to(selection.Device);
        return selection.Device;
    }

    private static BatchLoader EvaluationBatches(IMnistDataset data, Device device) =>
        new(data, new BatchLoaderOptions { BatchSize = EvaluationBatchSize, Shuffle = false, Device = device });

    private IReadOnlyList<ITrainerCallback> WithValidation(bool hasValidation) =>
        hasValidation && !callbacks.OfType<ValidationCallback>().Any() ? [new ValidationCallback(options.ValidateEverySteps), .. callbacks] : callbacks;

    private static EvaluationResult Validate(TrainerContext context, BatchLoader batches, CallbackList hooks, List<ValidationRecord> validations, CancellationToken ct)
    {
        hooks.Invoke(nameof(ITrainerCallback.OnValidationStart), c => c.OnValidationStart(context));
        EvaluationResult result = Evaluator.Evaluate(context.Model, batches, ct);
        validations.Add(context.LastValidation = new ValidationRecord(context.Epoch, context.Step, context.GlobalStep, result));
        hooks.Invoke(nameof(ITrainerCallback.OnValidationEnd), c => c.OnValidationEnd(context, result));
        return result;
    }

    private static void StopWhenCanceled(TrainerContext context, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            context.Stop ??= (StopReason.Canceled, $"Canceled after step {context.Step} of epoch {context.Epoch}.");
        }
    }

    private static FitResult Result(TrainerContext context, List<EpochResult> epochs, List<ValidationRecord> validations, Stopwatch clock)
    {
        (StopReason reason, string message) = context.Stop ?? (StopReason.Completed, "All epochs were trained.");
        return new() { StopReason = reason, StopMessage = message, History = new TrainingHistory([.. epochs], [.. validations]), Duration = clock.Elapsed };
    }
}
