namespace MnistCnn.Metrics;

/// <summary>How often each class was taken for each, and what follows from it. Immutable and thread-safe.</summary>
public sealed class ConfusionTable
{
    private readonly long[] counts;

    internal ConfusionTable(int classCount, long[] counts) => (ClassCount, this.counts) = (classCount, counts);

    /// <summary>The number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>The number of images.</summary>
    public long Total => counts.Sum();

    /// <summary>Share of images classified correctly, 0 to 1.</summary>
    public double Accuracy => (double)Classes.Sum(c => this[c, c]) / Total;

    /// <summary>The mean of <see cref="F1"/> over all classes, 0 to 1; NaN where a class has none.</summary>
    public double MacroF1 => Classes.Average(F1);

    private IEnumerable<int> Classes => Enumerable.Range(0, ClassCount);

    /// <summary>How many images of a class were taken for another, or for itself.</summary>
    /// <param name="label">The true class, 0 to <see cref="ClassCount"/> − 1.</param>
    /// <param name="predicted">The class that they were taken for.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int label, int predicted] => counts[Checked(label, nameof(label)) * ClassCount + Checked(predicted, nameof(predicted))];

    /// <summary>How many images a class has.</summary>
    /// <param name="label">The class.</param>
    public long Support(int label) => Classes.Sum(predicted => this[label, predicted]);

    /// <summary>The share of the images taken for a class that belong to it, 0 to 1; NaN where none was taken for it.</summary>
    /// <param name="label">The class.</param>
    public double Precision(int label) => (double)this[label, label] / Classes.Sum(truth => this[truth, label]);

    /// <summary>The share of a class's images that were taken for it, 0 to 1; NaN where it has no images.</summary>
    /// <param name="label">The class.</param>
    public double Recall(int label) => (double)this[label, label] / Support(label);

    /// <summary>
    /// The harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN), 0 to 1; NaN where the class has no images and none was taken for it.
    /// </summary>
    /// <param name="label">The class.</param>
    public double F1(int label) => 2.0 * this[label, label] / (Support(label) + Classes.Sum(truth => this[truth, label]));

    private int Checked(int index, string name) => (uint)index < (uint)ClassCount
        ? index
        : throw new ArgumentOutOfRangeException(name, index, $"{name}: expected 0 to {ClassCount - 1}, found {index}.");
}
