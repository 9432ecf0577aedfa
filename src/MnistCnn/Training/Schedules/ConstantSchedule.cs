namespace MnistCnn.Training;

internal sealed class ConstantSchedule : LearningRateSchedule
{
    public override double FactorAt(long step, int stepsPerEpoch, long totalSteps) => 1;
}
