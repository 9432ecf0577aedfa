namespace MnistCnn.Training;

internal sealed class OneCycleSchedule(double warmUp, double initialDivisor, double finalDivisor) : LearningRateSchedule
{
    private readonly double warmUp = Check(warmUp, double.Epsilon, Math.BitDecrement(1), nameof(warmUp));
    private readonly double start = 1 / Check(initialDivisor, 1, double.MaxValue, nameof(initialDivisor));
    private readonly double end = 1 / initialDivisor / Check(finalDivisor, 1, double.MaxValue, nameof(finalDivisor));

    public override double FactorAt(long step, int stepsPerEpoch, long totalSteps)
    {
        double peak = Math.Max(warmUp * totalSteps - 1, 0);
        return step < peak ? Anneal(start, 1, step / peak) : Anneal(1, end, Math.Min(1, (step - peak) / Math.Max(1, totalSteps - 1 - peak)));
    }
}
