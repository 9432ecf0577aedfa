using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>The gradients of a step: of each of its batches, added up, and added up over the ranks.</summary>
internal sealed class StepGradients(TrainerOptions options, RunData data, RunProgress progress, ITrainingStep step, Ranks? ranks, RunStop stop)
{
    /// <summary>Forward, loss and backward pass of the batches of a step.</summary>
    /// <param name="batches">At the first batch of the step.</param>
    /// <param name="number">The step, from 1.</param>
    /// <returns>Of what the figures are; not to be used where a stop is wanted.</returns>
    public BatchFigures Compute(IEnumerator<RunBatch> batches, int number)
    {
        (int first, int count) = data.BatchesOf(number);
        double images = data.ImagesOf(number);
        BatchFigures? outcome = null;
        for (int i = 0; i < count && !stop.IsWanted; i++)
        {
            if (!batches.MoveNext())
            {
                throw new InvalidOperationException($"Epoch {progress.Epoch}: expected {data.StepsPerEpoch} steps, but the batches end in step {number}.");
            }

            using RunBatch batch = batches.Current;
            int own = batch.Count;
            if (own == 0)
            {
                continue;
            }

            // What is drawn at random from here on follows from seed, epoch and place, so that a resumed run draws the same.
            long seed = RunSeed.Of(options.Seed, progress.Epoch, first + i) + (ranks?.Rank ?? 0);
            random.manual_seed(seed).Dispose();
            BatchFigures added = step.ComputeGradients(batch, new StepPosition(outcome is null, ranks is null ? own / images : own, (ulong)seed));
            outcome = outcome is null ? added : outcome + added;
            if (i + 1 < count)
            {
                stop.CheckLimits();
            }
        }

        if (outcome is null)
        {
            step.ComputeNoGradients();
        }

        return ranks is null ? outcome! : AddUp(outcome, ranks);
    }

    private BatchFigures AddUp(BatchFigures? own, Ranks ranks)
    {
        (BatchFigures all, bool someoneStops) = ranks.AddUp(step, own, stop.IsWanted);
        if (someoneStops)
        {
            stop.Agree();
        }

        return all;
    }
}
