using MnistCnn.Batches;
using MnistCnn.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>The twin of the trainer: a loop as one writes it by hand over TorchSharp's operations alone.</summary>
internal static class TorchLoop
{
    /// <summary>Trains a model, and leaves in it what the trainer leaves.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Images and labels.</param>
    /// <param name="options">The options of the trainer, with an optimizer.</param>
    /// <param name="steps">After so many steps it ends.</param>
    /// <param name="beforeStep">Called with the number of each step, from 1.</param>
    /// <param name="halves">Whether the learning rate is halved after each epoch.</param>
    public static void Fit(nn.Module<Tensor, Tensor> model, IMnistDataset data, TrainerOptions options, int steps, Action<int>? beforeStep = null,
        bool halves = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] parameters = [.. model.parameters()];
        optim.Optimizer optimizer = options.Optimizer!(parameters, options.LearningRate);
        double[] rates = [.. optimizer.ParamGroups.Select(group => group.LearningRate)];
        BatchLoader loader = new(data, new BatchLoaderOptions { BatchSize = options.BatchSize, Seed = options.Seed });
        WeightedCrossEntropy minimised = (WeightedCrossEntropy)options.Loss;
        Tensor[]? averages = null;
        model.train();
        for (int epoch = 1, step = 1; step <= steps; epoch++)
        {
            foreach (MnistBatch[] group in loader.Epoch(epoch).Chunk(options.GradientAccumulation))
            {
                if (step > steps)
                {
                    break;
                }

                using DisposeScope ofStep = NewDisposeScope();
                beforeStep?.Invoke(step);
                // Not optimizer.zero_grad(), which leaves zeros with layers that were frozen since, so that momentum and weight decay go on.
                Array.ForEach(parameters, parameter => parameter.grad = null);
                long images = group.Sum(batch => batch.Labels.shape[0]);
                foreach (MnistBatch batch in group)
                {
                    Tensor losses = nn.functional.cross_entropy(model.forward(batch.Images), batch.Labels, label_smoothing: minimised.LabelSmoothing,
                        reduction: nn.Reduction.None);
                    Tensor loss = (minimised.ClassWeights is { } weights ? losses * tensor(weights).index_select(0, batch.Labels) : losses).sum() / images;
                    loss.backward();
                    batch.Dispose();
                }

                if (options.GradientClipValue is { } value)
                {
                    nn.utils.clip_grad_value_(parameters.Where(p => p.grad is not null), value);
                }

                if (options.GradientClipNorm is { } norm)
                {
                    nn.utils.clip_grad_norm_(parameters.Where(p => p.grad is not null), norm);
                }

                foreach ((optim.ILearningRateController controller, double rate) in optimizer.ParamGroups.Zip(rates))
                {
                    controller.LearningRate = rate * (halves ? Math.Pow(0.5, epoch - 1) : 1);
                }

                optimizer.step();
                Average(step);
                step++;
            }
        }

        using IDisposable none = no_grad();
        foreach ((Tensor average, Parameter parameter) in (averages ?? []).Zip(parameters))
        {
            parameter.copy_(average);
        }

        // As the documentation of EmaDecay gives it.
        void Average(int step)
        {
            if (options.EmaDecay is { } decay && step % 8 == 0)
            {
                double keep = Math.Pow(Math.Min(decay, (1.0 + step) / (10 + step)), 8);
                using IDisposable withoutGradients = no_grad();
                averages = averages is null
                    ? [.. parameters.Select(p => p.detach().clone().DetachFromDisposeScope())]
                    : [.. averages.Zip(parameters, (average, p) => (average * keep + p.detach() * (1 - keep)).DetachFromDisposeScope())];
            }
        }
    }
}
