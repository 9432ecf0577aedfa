namespace MnistCnn.Data;

/// <summary>Two <c>.npz</c> files for each split, each with one unnamed array, as Kuzushiji-49 is published.</summary>
/// <param name="prefix">For instance <c>k49</c>.</param>
internal sealed class NpzPairLayout(string prefix) : SetLayout
{
    private const string Array = "arr_0";

    public override MnistDataset Load(string directory, MnistVariant variant, MnistSplit split)
    {
        string part = TrainOrTest(variant, split);
        string labelsPath = FileOf(directory, variant, $"{prefix}-{part}-labels.npz");
        return NpyDataset.Read(
            FileOf(directory, variant, $"{prefix}-{part}-imgs.npz"), Array, labelsPath, Array, [.. variant.ClassNames],
            new NpyReaderOptions { MaxBytes = LargestArray });
    }
}
