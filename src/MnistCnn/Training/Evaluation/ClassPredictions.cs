namespace MnistCnn;

/// <summary>What a model sees in each image of a data set. Immutable and thread-safe.</summary>
public sealed class ClassPredictions
{
    private readonly float[] probabilities;

    internal ClassPredictions(float[] probabilities, int classCount)
    {
        (this.probabilities, ClassCount) = (probabilities, classCount);
        int[] classes = new int[probabilities.Length / classCount];
        for (int i = 0; i < classes.Length; i++)
        {
            ReadOnlySpan<float> image = ProbabilitiesOf(i);
            for (int c = 1; c < classCount; c++)
            {
                classes[i] = image[c] > image[classes[i]] ? c : classes[i];
            }
        }

        Classes = classes;
    }

    /// <summary>
    /// The most probable class of each image, 0 to <see cref="ClassCount"/> − 1, in the order of the data set; the lowest of several with equal probability.
    /// </summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>The number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>The probabilities of all images, [images, classes], image by image; each image's sum is 1.</summary>
    public ReadOnlyMemory<float> Probabilities => probabilities;

    /// <summary>The probabilities of one image, one for each class, 0 to 1.</summary>
    /// <param name="index">0-based index in the data set.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside the data set.</exception>
    public ReadOnlySpan<float> ProbabilitiesOf(int index) => index >= 0 && index < probabilities.Length / ClassCount
        ? probabilities.AsSpan(index * ClassCount, ClassCount)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"index: expected 0 to {probabilities.Length / ClassCount - 1}, found {index}.");
}
