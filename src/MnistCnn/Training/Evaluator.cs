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
                using ThreadCount alone = predictions.OneThread();
                Update(further, output, labels);
            }

            return Result(predictions, further, ranks, ReturnsProbabilities(model));
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
            Tensor found = (ReturnsProbabilities(model) ? single : single.softmax(1)).cpu().contiguous(); // [N, classes]
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

    private static bool ReturnsProbabilities(nn.Module<Tensor, Tensor> model) => model is CnnClassifier { Options.Output: ClassifierOutput.Softmax };

    private static EvaluationResult Result(Predictions predictions, IReadOnlyList<IMetric> further, Ranks? ranks, bool outputsAreProbabilities)
    {
        using ThreadCount alone = predictions.OneThread();
        using DisposeScope scope = NewDisposeScope();
        using AccuracyMetric accuracy = new();
        using CrossEntropyMetric loss = new();
        using ConfusionMatrix confusion = new();
        (Tensor outputs, Tensor labels) = predictions.All();
        using MetricInput all = new(outputs, labels);
        accuracy.Update(all);
        loss.Update(all);
        confusion.Update(all);
        double[] values = [accuracy.Compute(), loss.Compute(), .. further.Select(metric => metric.Compute())];
        ranks?.Share(values);
        return new EvaluationResult(values[1], values[0], (int)labels.shape[0])
        {
            Metrics = further.Zip(values.Skip(2)).ToDictionary(pair => pair.First.Name, pair => pair.Second),
            Confusion = confusion.Read(),
            Misclassified = Predictions.Misclassified(all, outputsAreProbabilities),
        };
    }

    private static void Update(IReadOnlyList<IMetric> metrics, Tensor output, Tensor labels)
    {
        foreach (IMetric metric in metrics)
        {
            metric.Update(output, labels);
        }
    }

    /// <summary>Outputs [N, classes] and labels [N] of each batch, alive until the last of those that are evaluated with it; no outputs where the evaluation was canceled.</summary>
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
