namespace MnistCnn.Training;

/// <summary>Weights of classes for a <see cref="Loss"/>.</summary>
public static class ClassWeights
{
    /// <summary>
    /// Weights with which each class counts the same as a whole: images / (classes × images of the class), so that their mean over the images is 1.
    /// </summary>
    /// <param name="data">The images to train on; only labels are read.</param>
    /// <returns>As many as the data set has class names. A class without an image is not counted among the classes, and has the weight 1.</returns>
    /// <exception cref="ArgumentException">A label is not one of the classes.</exception>
    public static IReadOnlyList<double> Balanced(IMnistDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        int[] counts = new int[data.ClassNames.Count];
        for (int i = 0; i < data.Count; i++)
        {
            int label = data.GetLabel(i);
            counts[label < counts.Length
                ? label
                : throw new ArgumentException(
                    $"Label of image {i}: expected 0 to {counts.Length - 1}, as the data set has {counts.Length} class names, found {label}.", nameof(data))]++;
        }

        int present = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 1 : data.Count / ((double)present * count))];
    }
}
