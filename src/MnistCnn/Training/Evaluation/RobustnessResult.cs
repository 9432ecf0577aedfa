using MnistCnn.Batches;

namespace MnistCnn.Training;

/// <summary>How a model did on a test set and on corruptions of it. Immutable.</summary>
/// <param name="Clean">The test set as it is.</param>
/// <param name="Corrupted">One for each corruption and severity, in the order of <see cref="Corruption"/>.</param>
public sealed record RobustnessResult(EvaluationResult Clean, IReadOnlyList<CorruptionResult> Corrupted)
{
    /// <summary>The mean accuracy over all corruptions, 0 to 1; each counts the same, however many severities it has.</summary>
    public double MeanAccuracy => AccuracyOver(_ => true);

    /// <summary>
    /// The mean share of wrong answers over all corruptions, 0 to 1: the mean corruption error of Hendrycks and Dietterich (2019), without division by that of
    /// another model.
    /// </summary>
    public double MeanCorruptionError => 1 - MeanAccuracy;

    /// <summary>The mean accuracy over corruptions that <see cref="TrainingRecipe.Robust"/> trains on the like of.</summary>
    public double SeenAccuracy => AccuracyOver(corruption => !TrainingRecipe.CorruptionsUnseenByRobust.Contains(corruption));

    /// <summary>The mean accuracy over <see cref="TrainingRecipe.CorruptionsUnseenByRobust"/>.</summary>
    public double UnseenAccuracy => AccuracyOver(TrainingRecipe.CorruptionsUnseenByRobust.Contains);

    private double AccuracyOver(Func<Corruption, bool> counts) => Corrupted.Where(result => counts(result.Corruption))
        .GroupBy(result => result.Corruption, (_, severities) => severities.Average(result => result.Result.Accuracy)).Average();
}
