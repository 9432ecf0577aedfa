namespace MnistCnn.Training;

internal sealed class CosineSchedule(double finalFactor, double warmUp) : LearningRateSchedule
{
    private readonly double finalFactor = Check(finalFactor, 0, 1, nameof(finalFactor));
    private readonly double warmUp = Check(warmUp, 0, Math.BitDecrement(1), nameof(warmUp));

    public override double FactorAt(long step, int stepsPerEpoch, long totalSteps)
    {
        double rising = warmUp * totalSteps;
        return step < rising ? (step + 1) / (rising + 1) : Anneal(1, finalFactor, (step - rising) / Math.Max(1, totalSteps - 1 - rising));
    }
}
