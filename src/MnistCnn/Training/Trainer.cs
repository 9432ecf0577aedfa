using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MnistCnn.Batches;
using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>
/// Trains a classifier: for each epoch, for each step, forward, loss, backward, update, and callbacks between. It trains any module from images to logits, on
/// any data set, with any optimizer of TorchSharp.
/// </summary>
/// <remarks>
/// Holds options and callbacks and no state of a run: one instance serves several runs, one after the other. A run belongs to the thread that called
/// <see cref="Fit"/>.
/// </remarks>
public sealed class Trainer
{
    private readonly TrainerOptions options;
    private readonly IReadOnlyList<ITrainerCallback> callbacks;
    private readonly ILogger logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">How to train; the reference recipe where null.</param>
    /// <param name="callbacks">Called in this order. Without a <see cref="ValidationCallback"/>, one that follows the options comes before them.</param>
    /// <param name="logger">Receives the chosen device, and the exceptions of callbacks that fail while a run ends.</param>
    public Trainer(TrainerOptions? options = null, IEnumerable<ITrainerCallback>? callbacks = null, ILogger<Trainer>? logger = null)
    {
        this.options = options ?? new TrainerOptions();
        this.callbacks = callbacks?.ToArray() ?? [];
        this.logger = logger is null || this.options.Collective is { Rank: > 0 } ? NullLogger<Trainer>.Instance : logger;
    }

    /// <summary>Trains a model in place.</summary>
    /// <param name="model">Images [N, 1, H, W], float32, to logits [N, classes]. It is moved to the device, and left there in eval mode.</param>
    /// <param name="train">What to train on.</param>
    /// <param name="validation">What to validate on; no validation where null.</param>
    /// <param name="cancellationToken">Ends the run within a batch; <c>Fit</c> then returns with <see cref="StopReason.Canceled"/>, and the model is as it was
    /// after its last update.</param>
    /// <exception cref="TrainerCallbackException">A callback threw; it carries the exception.</exception>
    /// <exception cref="ArgumentException">Model and data do not fit: image size, output shape, labels.</exception>
    /// <exception cref="InvalidOperationException">Another call trains or evaluates the model.</exception>
    /// <exception cref="Serialization.CheckpointFormatException"> <see cref="TrainerOptions.ResumeFrom"/> is damaged, or of a run that differs; or
    /// <see cref="TrainerOptions.InitialWeights"/> is damaged, or does not fit. The model is unchanged. </exception>
    /// <exception cref="DeviceNotAvailableException">The device is not there.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public FitResult Fit(nn.Module<Tensor, Tensor> model, IMnistDataset train, IMnistDataset? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        try
        {
            return Run(model, train, validation, cancellationToken);
        }
        catch (Exception e)
        {
            options.Collective?.Fault(e);
            throw;
        }
    }

    /// <summary>Trains a model in place as <see cref="Fit"/> does, on a thread of its own, for callers that must not wait: a service, a window.</summary>
    /// <param name="model">Images [N, 1, H, W], float32, to logits [N, classes]. It is moved to the device, and left there in eval mode.</param>
    /// <param name="train">What to train on.</param>
    /// <param name="validation">What to validate on; no validation where null.</param>
    /// <param name="cancellationToken">Ends the run within a batch; the task then completes with <see cref="StopReason.Canceled"/>, and is not canceled
    /// itself.</param>
    /// <returns>
    /// What <see cref="Fit"/> returns or throws. Callbacks run on the thread of the run; <see cref="ProgressReporter"/> passes progress on to a caller's own.
    /// </returns>
    public Task<FitResult> FitAsync(
        nn.Module<Tensor, Tensor> model, IMnistDataset train, IMnistDataset? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        return Task.Factory.StartNew(() => Fit(model, train, validation, cancellationToken), CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
    }

    /// <summary>Evaluates a model in eval mode and without gradients, on this rank alone; its mode is left as it was.</summary>
    /// <param name="model">Images [N, 1, H, W] to logits [N, classes]; moved to the device. Several threads may evaluate one model at once.</param>
    /// <param name="data">What to evaluate on.</param>
    /// <param name="cancellationToken">Ends the evaluation within a batch.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ArgumentException">Model and data do not fit.</exception>
    /// <exception cref="InvalidOperationException">Another thread trains the model, or its outputs are not numbers.</exception>
    public EvaluationResult Evaluate(nn.Module<Tensor, Tensor> model, IMnistDataset data, CancellationToken cancellationToken = default)
    {
        return InEvaluation(model, data, nameof(data), ModelChecks.ThrowIfUnfit, batches =>
            Evaluator.Run(model, batches, options, ranks: null, cancellationToken) ?? throw new OperationCanceledException(cancellationToken));
    }

    /// <summary>Predicts the images of a data set with any model, in eval mode and without gradients, on this rank alone; its mode is left as it was.</summary>
    /// <param name="model">Images [N, 1, H, W] to logits [N, classes], or to probabilities where it is a <c>CnnClassifier</c> with softmax output; moved to the
    /// device. Several threads may use one model at once.</param>
    /// <param name="data">The images; labels are not read. <see cref="TrainerOptions.LimitValidationBatches"/> does not apply.</param>
    /// <param name="cancellationToken">Ends the prediction within a batch.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ArgumentException">Model and data do not fit: image size, output shape.</exception>
    /// <exception cref="InvalidOperationException">Another thread trains the model, or its outputs are not numbers.</exception>
    public ClassPredictions Predict(nn.Module<Tensor, Tensor> model, IMnistDataset data, CancellationToken cancellationToken = default)
    {
        return InEvaluation(model, data, nameof(data), ModelChecks.CountClasses, batches =>
            Evaluator.Predict(model, batches, options with { LimitValidationBatches = null }, cancellationToken)
            ?? throw new OperationCanceledException(cancellationToken));
    }

    /// <summary>
    /// Fits the calibration of a trained model to images that it was not trained on, and gives it to the model: the temperature at which its probabilities are
    /// best, and the threshold of familiarity that 99% of these
    /// images pass. Predictions of the most probable class stay as they are.
    /// </summary>
    /// <param name="model">The model, as for <see cref="Evaluate"/>.</param>
    /// <param name="heldOut">Images like those that it was trained on, with labels; about 2,000 are enough.</param>
    /// <param name="cancellationToken">Ends the evaluation within a batch.</param>
    /// <returns>
    /// What <see cref="NetworkExtensions.GetCalibration"/> of the model returns from now on; without a threshold where the model returns probabilities, which
    /// do not tell how familiar an image is.
    /// </returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled; the model is as it was.</exception>
    /// <exception cref="ArgumentException">Model and data do not fit.</exception>
    /// <exception cref="InvalidOperationException">Another thread trains the model, or its outputs are not numbers.</exception>
    public Calibration Calibrate(nn.Module<Tensor, Tensor> model, IMnistDataset heldOut, CancellationToken cancellationToken = default)
    {
        return InEvaluation(model, heldOut, nameof(heldOut), ModelChecks.ThrowIfUnfit, batches =>
        {
            (float[] logits, long[] labels) = Evaluator.Collect(model, batches, options with { LimitValidationBatches = null }, cancellationToken)
                ?? throw new OperationCanceledException(cancellationToken);
            float temperature = TemperatureFit.Of(logits, labels);
            Calibration calibration = new()
            {
                Temperature = temperature,
                FamiliarityThreshold = Evaluator.ReturnsProbabilities(model) ? null : FamiliarityFit.Threshold(logits, labels.Length, temperature),
            };
            model.SetCalibration(calibration);
            return calibration;
        });
    }

    /// <summary>Does something with a model that fits the data, which no other thread trains meanwhile.</summary>
    private T InEvaluation<T>(nn.Module<Tensor, Tensor> model, IMnistDataset data, string name,
        Func<nn.Module<Tensor, Tensor>, IMnistDataset, Device, string, long> check, Func<BatchLoader, T> evaluate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data, name);
        using ModelUse use = ModelUse.ForEvaluation(model);
        Device device = Prepare(model);
        using TorchThreadScope threads = new(options.Threads);
        check(model, data, device, name);
        return evaluate(RunData.Evaluation(data, options, device));
    }

    private FitResult Run(nn.Module<Tensor, Tensor> model, IMnistDataset train, IMnistDataset? validation, CancellationToken cancellationToken)
    {
        using ModelUse use = ModelUse.ForTraining(model);
        Device device = Prepare(model);
        using TorchThreadScope threads = new(options.Threads);
        using TrainingRun run = new(options, CallbacksFor(validation), logger, model, train, validation, device, cancellationToken);
        use.ExposeWeightsBy(run.ExposeWeights);
        model.SetCalibration(Calibration.None);
        try
        {
            Train(run);
        }
        catch (Exception e)
        {
            // Before the hooks: none of them may wait for the other ranks any more.
            options.Collective?.Fault(e);
            run.Fail(e);
            throw;
        }

        return run.End();
    }

    private static void Train(TrainingRun run)
    {
        run.Start();
        while (run.HasEpochsLeft)
        {
            run.StartEpoch();
            using IEnumerator<RunBatch> batches = run.RemainingBatches();
            while (run.HasStepsLeft)
            {
                using DisposeScope scope = NewDisposeScope();
                run.StartStep();
                BatchFigures outcome = run.ComputeGradients(batches);
                if (run.ShouldUpdate(outcome))
                {
                    run.Update();
                    run.EndStep(outcome);
                }
            }

            run.EndEpoch();
        }

        run.ValidateAtEnd();
    }

    private Device Prepare(nn.Module<Tensor, Tensor> model)
    {
        TorchRuntime.EnsureLoaded();
        AllocatorWarmUp.Run();
        DeviceSelection selection = options.Device is { } chosen ? DeviceSelector.Check(chosen) : DeviceSelector.Select();
        TrainerLog.Device(logger, selection);
        model.to(selection.Device);
        return selection.Device;
    }

    private IReadOnlyList<ITrainerCallback> CallbacksFor(IMnistDataset? validation) => validation is null || callbacks.OfType<ValidationCallback>().Any()
        ? callbacks
        : [ValidationCallback.Following(options.Effective()), .. callbacks];
}
