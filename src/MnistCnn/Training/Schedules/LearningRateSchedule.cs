using MnistCnn.Training;
namespace MnistCnn;

/// <summary>
/// How the learning rate changes from step to step: a factor of <see cref="TrainerOptions.LearningRate"/> as a function of the step alone. Derive from it for
/// your own. Immutable and thread-safe.
/// </summary>
public abstract class LearningRateSchedule
{
    /// <summary>The learning rate as it is.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>Multiplies the learning rate by <paramref name="factor"/> after every <paramref name="everyEpochs"/> epochs.</summary>
    /// <param name="everyEpochs">1 or more.</param>
    /// <param name="factor">Above 0 to 1; 0.1 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static LearningRateSchedule Step(int everyEpochs, double factor = 0.1) => new StepSchedule(everyEpochs, factor);

    /// <summary>
    /// From the learning rate down to <paramref name="finalFactor"/> of it along half a cosine (Loshchilov and Hutter, 2017), after a linear warm-up.
    /// </summary>
    /// <param name="finalFactor">0 to 1; 0 by default.</param>
    /// <param name="warmUp">The share of all steps in which the rate first rises from 0, 0 to below 1; 0 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static LearningRateSchedule Cosine(double finalFactor = 0, double warmUp = 0) => new CosineSchedule(finalFactor, warmUp);

    /// <summary>
    /// One cycle (Smith and Topin, 2018), as PyTorch's <c>OneCycleLR</c>: from the peak / <paramref name="initialDivisor"/> up to the peak, then down to the
    /// start / <paramref name="finalDivisor"/>, along half a cosine each.
    /// </summary>
    /// <param name="warmUp">The share of all steps until the peak, above 0 to below 1; 0.3 by default.</param>
    /// <param name="initialDivisor">1 or more; 25 by default.</param>
    /// <param name="finalDivisor">1 or more; 10,000 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static LearningRateSchedule OneCycle(double warmUp = 0.3, double initialDivisor = 25, double finalDivisor = 10_000) =>
        new OneCycleSchedule(warmUp, initialDivisor, finalDivisor);

    /// <summary>The factor of the learning rate for the update of a step.</summary>
    /// <param name="step">0-based step since the beginning of the run, below <paramref name="totalSteps"/>.</param>
    /// <param name="stepsPerEpoch">Steps in each epoch, 1 or more.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <returns>A finite number of 0 or more.</returns>
    public abstract double FactorAt(long step, int stepsPerEpoch, long totalSteps);

    private protected static double Check(double value, double least, double most, string name) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(name, value, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{name}: expected {least} to {most}, found {value}."));

    /// <summary>From one value to another along half a cosine, at 0 ≤ t ≤ 1.</summary>
    private protected static double Anneal(double from, double to, double t) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * t));
}
