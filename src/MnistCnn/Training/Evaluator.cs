using MnistCnn.Batches;
using MnistCnn.Metrics;
using MnistCnn.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Runs a model that is in eval mode over a data set, without gradients.</summary>
internal static class Evaluator
{
    /// <returns>What was found, null where it was canceled.</returns>
    public static EvaluationResult? Run(nn.Module<Tensor, Tensor> model, BatchLoader batches, TrainerOptions options, Ranks? ranks, CancellationToken ct)
    {
        using IDisposable noGradient = no_grad();
        using AccuracyMetric accuracy = new();
        using CrossEntropyMetric loss = new();
        using ConfusionMatrix confusion = new();
        using Predictions predictions = new(model is CnnClassifier { Options.Output: ClassifierOutput.Softmax });
        IReadOnlyList<IMetric> further = options.Metrics();
        IMetric[] all = [accuracy, loss, confusion, .. further];
        try
        {
            foreach (MnistBatch batch in batches.Epoch(1).Take(options.LimitValidationBatches ?? int.MaxValue))
            {
                using DisposeScope scope = NewDisposeScope();
                using MnistBatch owned = batch;
                Tensor? output = ranks is not null ? ranks.Forward(batch.Images, ct.IsCancellationRequested)
                    : ct.IsCancellationRequested ? null
                    : model.forward(batch.Images); // [N, classes]
                if (output is null)
                {
                    return null;
                }

                // The tensors are small, and libtorch's threads would spin on for milliseconds, on the cores that the next batch needs.
                using ThreadCount alone = new(output.device_type == DeviceType.CPU ? 1 : 0);
                foreach (IMetric metric in all)
                {
                    metric.Update(output, batch.Labels);
                }

                predictions.Add(output, batch.Labels);
            }

            double[] values = [.. all.Where(metric => metric != confusion).Select(metric => metric.Compute())];
            ranks?.Share(values);
            return new EvaluationResult(values[1], values[0], predictions.Count)
            {
                Metrics = further.Zip(values.Skip(2)).ToDictionary(pair => pair.First.Name, pair => pair.Second),
                Confusion = confusion.Read(),
                Misclassified = predictions.Misclassified(),
            };
        }
        finally
        {
            foreach (IDisposable metric in further.OfType<IDisposable>())
            {
                metric.Dispose();
            }
        }
    }
}
