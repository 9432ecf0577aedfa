using MnistCnn.Batches;
using MnistCnn.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Runs a model over a data set in eval mode, without gradients, and leaves its mode as it was.</summary>
internal static class Evaluator
{
    public static EvaluationResult Evaluate(nn.Module<Tensor, Tensor> model, BatchLoader loader, CancellationToken ct)
    {
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using IDisposable noGradient = no_grad();
            using AccuracyMetric accuracy = new();
            using TrainingFigures figures = new();
            int count = 0;
            foreach (MnistBatch batch in loader.Epoch(1))
            {
                using DisposeScope scope = NewDisposeScope();
                using (batch)
                {
                    ct.ThrowIfCancellationRequested();
                    Tensor output = model.forward(batch.Images);
                    accuracy.Update(output, batch.Labels);
                    figures.Add(new BatchOutcome((int)batch.Labels.shape[0], nn.functional.cross_entropy(output, batch.Labels), output.argmax(1).eq(batch.Labels).sum()));
                    count += (int)batch.Labels.shape[0];
                }
            }

            return new EvaluationResult(figures.Loss, accuracy.Compute(), count);
        }
        finally
        {
            model.train(wasTraining);
        }
    }
}
