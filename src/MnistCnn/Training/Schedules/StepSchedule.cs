namespace MnistCnn.Training;

internal sealed class StepSchedule(int everyEpochs, double factor) : LearningRateSchedule
{
    private readonly int everyEpochs = (int)Check(everyEpochs, 1, int.MaxValue, nameof(everyEpochs));
    private readonly double factor = Check(factor, double.Epsilon, 1, nameof(factor));

    public override double FactorAt(long step, int stepsPerEpoch, long totalSteps) => Math.Pow(factor, step / stepsPerEpoch / everyEpochs);
}
