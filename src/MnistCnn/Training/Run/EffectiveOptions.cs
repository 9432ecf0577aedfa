namespace MnistCnn.Training;

/// <summary>What options that stand for several others come to, and which contradict each other.</summary>
internal static class EffectiveOptions
{
    private const int FastDevRunBatches = 5;

    /// <exception cref="ArgumentException">Two options contradict each other.</exception>
    public static TrainerOptions Effective(this TrainerOptions options)
    {
        if (options.Optimizer is not null && options.WeightDecay > 0)
        {
            throw new ArgumentException($"{nameof(TrainerOptions.WeightDecay)}: expected 0 beside an {nameof(TrainerOptions.Optimizer)} of yours, which "
                + $"has a setting for it, found {options.WeightDecay}.");
        }

        if (options is { BalancedSampling: true, OverfitBatches: { } batches })
        {
            throw new ArgumentException(
                $"{nameof(TrainerOptions.OverfitBatches)}: expected none beside {nameof(TrainerOptions.BalancedSampling)}, which draws the images of each "
                + $"epoch anew, found {batches}.");
        }

        return options.FastDevRun
            ? options with
            {
                Epochs = 1,
                LimitTrainBatches = FastDevRunBatches,
                LimitValidationBatches = 1,
                ValidateEveryEpochs = null,
                ValidateEverySteps = FastDevRunBatches
            }
            : options;
    }
}
