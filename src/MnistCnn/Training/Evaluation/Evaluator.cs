using MnistCnn.Batches;
using MnistCnn.Metrics;
using MnistCnn.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Runs a model that is in eval mode over a data set, without gradients.</summary>
internal static class Evaluator
{
    /// <summary>Batches that the engine takes at once: their threads then wait for each other once, not after each.</summary>
    private const int EngineBatches = 16;

    /// <summary>The smallest normal number: the logarithm of a smaller probability is taken for its.</summary>
    private const float SmallestProbability = 1.1754944e-38f;

    /// <returns>What was found, null where it was canceled.</returns>
    public static EvaluationResult? Run(
        nn.Module<Tensor, Tensor> model, BatchLoader batches, TrainerOptions options, Ranks? ranks, CancellationToken cancellationToken)
    {
        using IDisposable noGradient = no_grad();
        using Predictions predictions = new();
        IReadOnlyList<IMetric> further = options.Metrics();
        try
        {
            foreach ((Tensor? output, Tensor labels) in Outputs(model, batches, options, ranks, cancellationToken))
            {
                if (output is null)
                {
                    return null;
                }

                predictions.Add(output, labels);
                using TorchThreadScope alone = predictions.OneThread();
                Update(further, output, labels);
            }

            return Result(predictions, further, ranks, model);
        }
        finally
        {
            foreach (IDisposable metric in further.OfType<IDisposable>())
            {
                metric.Dispose();
            }
        }
    }

    /// <returns>What the model sees in each image, null where it was canceled.</returns>
    /// <exception cref="InvalidOperationException">An output is not a finite number.</exception>
    public static ClassPredictions? Predict(nn.Module<Tensor, Tensor> model, BatchLoader batches, TrainerOptions options, CancellationToken cancellationToken)
    {
        using IDisposable noGradient = no_grad();
        List<float> probabilities = [];
        int classes = 1;
        foreach ((Tensor? output, Tensor labels) in Outputs(model, batches, options, ranks: null, cancellationToken))
        {
            if (output is null)
            {
                return null;
            }

            MetricInput.Check(output, labels);
            Tensor single = output.to_type(ScalarType.Float32);
            Tensor found = (IsCalibrated(model) || !ReturnsProbabilities(model) ? CalibratedLogits(model, single).softmax(1)
                : single).cpu().contiguous(); // [N, classes]
            if (!found.isfinite().all().item<bool>())
            {
                throw new InvalidOperationException(
                    $"Predict: expected finite outputs of the model, found NaN or infinity after image {probabilities.Count / classes}.");
            }

            classes = (int)found.shape[1];
            probabilities.AddRange(found.data<float>());
        }

        return new ClassPredictions([.. probabilities], classes);
    }

    /// <summary>The outputs of all images before any calibration [images, classes], as logits, and their labels.</summary>
    /// <returns>Null where it was canceled.</returns>
    public static (float[] Logits, long[] Labels)? Collect(
        nn.Module<Tensor, Tensor> model, BatchLoader batches, TrainerOptions options, CancellationToken cancellationToken)
    {
        using IDisposable noGradient = no_grad();
        List<float> logits = [];
        List<long> all = [];
        foreach ((Tensor? output, Tensor labels) in Outputs(model, batches, options, ranks: null, cancellationToken))
        {
            if (output is null)
            {
                return null;
            }

            MetricInput.Check(output, labels);
            logits.AddRange(Logits(model, output.to_type(ScalarType.Float32)).cpu().contiguous().data<float>());
            all.AddRange(labels.cpu().data<long>());
        }

        return logits.TrueForAll(float.IsFinite) ? ([.. logits], [.. all])
            : throw new InvalidOperationException("Calibrate: expected finite outputs of the model, found NaN or infinity.");
    }

    /// <summary>Outputs as numbers of which the softmax makes probabilities.</summary>
    private static Tensor Logits(nn.Module model, Tensor output) => ReturnsProbabilities(model) ? output.clamp_min(SmallestProbability).log() : output;

    private static Tensor CalibratedLogits(nn.Module model, Tensor output) =>
        IsCalibrated(model) ? Logits(model, output) / model.GetCalibration().Temperature : Logits(model, output);

    private static bool IsCalibrated(nn.Module model) => model.GetCalibration().Temperature != 1;

    public static bool ReturnsProbabilities(nn.Module model) => model is CnnClassifier { Options.Output: ClassifierOutput.Softmax };

    private static EvaluationResult Result(Predictions predictions, IReadOnlyList<IMetric> further, Ranks? ranks, nn.Module model)
    {
        using TorchThreadScope alone = predictions.OneThread();
        using DisposeScope scope = NewDisposeScope();
        using AccuracyMetric accuracy = new();
        using CrossEntropyMetric loss = new();
        using ConfusionMatrix confusion = new();
        (Tensor outputs, Tensor labels) = predictions.All();
        using MetricInput all = new(outputs, labels);
        accuracy.Update(all);
        loss.Update(all);
        confusion.Update(all);
        bool isCalibrated = IsCalibrated(model), outputsAreProbabilities = ReturnsProbabilities(model);
        using CrossEntropyMetric likelihood = new();
        using MetricInput? other = isCalibrated || outputsAreProbabilities ? new MetricInput(CalibratedLogits(model, MetricInput.Precise(outputs)), labels)
            : null;
        if (other is not null)
        {
            likelihood.Update(other);
        }

        MetricInput calibrated = other ?? all;
        double[] values = [accuracy.Compute(), loss.Compute(), (other is null ? loss : likelihood).Compute(), .. further.Select(metric => metric.Compute())];
        ranks?.Share(values);
        return new EvaluationResult(values[1], values[0], (int)labels.shape[0])
        {
            Metrics = further.Zip(values.Skip(3)).ToDictionary(pair => pair.First.Name, pair => pair.Second),
            NegativeLogLikelihood = values[2],
            Reliability = Predictions.Reliability(calibrated),
            Confusion = confusion.Read(),
            Misclassified = Predictions.Misclassified(calibrated),
        };
    }

    private static void Update(IReadOnlyList<IMetric> metrics, Tensor output, Tensor labels)
    {
        foreach (IMetric metric in metrics)
        {
            metric.Update(output, labels);
        }
    }

    /// <summary>
    /// Outputs [N, classes] and labels [N] of each batch, alive until the last of those that are evaluated with it; no outputs where the evaluation was
    /// canceled.
    /// </summary>
    private static IEnumerable<(Tensor? Output, Tensor Labels)> Outputs(
        nn.Module<Tensor, Tensor> model, BatchLoader batches, TrainerOptions options, Ranks? ranks, CancellationToken cancellationToken)
    {
        string? obstacle = null;
        EngineModule? engine = ranks is null && batches.IsOnCpu ? EngineModule.Of(model, new(1, batches.Height, batches.Width), training: false, out obstacle)
            : null;
        using InferenceSession? session = obstacle is null ? engine?.StartInference(get_num_threads()) : null;
        foreach (LazyBatch[] several in batches.Lazy(1).Take(options.LimitValidationBatches ?? int.MaxValue).Chunk(session is null ? 1 : EngineBatches))
        {
            using DisposeScope scope = NewDisposeScope();
            if (ranks is null && cancellationToken.IsCancellationRequested)
            {
                yield return (null, several[0].Labels());
            }
            else if (session is not null)
            {
                LazyBatch all = LazyBatch.Join(several);
                Tensor[] outputs = Forward(session, all).split(several[0].Count);
                for (int i = 0; i < several.Length; i++)
                {
                    yield return (outputs[i], several[i].Labels());
                }
            }
            else
            {
                using MnistBatch tensors = batches.Read(several[0]);
                Tensor? output = ranks is null ? model.forward(tensors.Images) : ranks.Forward(tensors.Images, cancellationToken.IsCancellationRequested);
                yield return (output, tensors.Labels);
            }
        }
    }

    private static unsafe Tensor Forward(InferenceSession session, LazyBatch batch) => session.Forward(batch.Read, batch.Count);
}
