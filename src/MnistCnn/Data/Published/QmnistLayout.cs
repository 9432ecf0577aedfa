namespace MnistCnn.Data;

/// <summary>
/// Four IDX files. Labels have eight columns of 32 bits, of which the first is the class. The first 10,000 test images are MNIST's, the others the extra ones.
/// </summary>
internal sealed class QmnistLayout : SetLayout
{
    public const int TestCount = 10_000;

    private const int ClassColumn = 0;

    public override MnistDataset Load(string directory, MnistVariant variant, MnistSplit split)
    {
        string part = split == MnistSplit.Extra ? "test" : TrainOrTest(variant, split);
        string imagesPath = FileOf(directory, variant, $"qmnist-{part}-images-idx3-ubyte.gz");
        string labelsPath = FileOf(directory, variant, $"qmnist-{part}-labels-idx2-int.gz");
        byte[] labels = ReadLabels(labelsPath, variant.ClassNames.Count);
        using FileStream images = IdxReader.Open(imagesPath);
        (byte[] pixels, int height, int width) = SplitReader.ReadImages(images, imagesPath, labels.Length, labelsPath, IdxReaderOptions.Default);
        MnistDataset all = new(pixels, labels, height, width, [.. variant.ClassNames]);
        if (split == MnistSplit.Train)
        {
            return all;
        }

        return all.Count > TestCount
            ? all.Range(split == MnistSplit.Test ? 0 : TestCount, split == MnistSplit.Test ? TestCount : all.Count - TestCount)
            : throw new IdxFormatException(imagesPath, 4, FormattableString.Invariant($"more than {TestCount} images"),
                FormattableString.Invariant($"{all.Count}"));
    }

    private static byte[] ReadLabels(string path, int classCount)
    {
        IdxArray<int> table = IdxReader.Read<int>(path);
        if (table.Dimensions is not [_, 8])
        {
            throw new IdxFormatException(path, 3, "labels with 8 columns", $"the sizes {string.Join(" × ", table.Dimensions)}");
        }

        byte[] labels = new byte[table.Dimensions[0]];
        for (int i = 0; i < labels.Length; i++)
        {
            int label = table.Values[8 * i + ClassColumn];
            labels[i] = (uint)label < (uint)classCount
                ? (byte)label
                : throw new IdxFormatException(path, 12 + 32L * i, FormattableString.Invariant($"labels 0 to {classCount - 1}"),
                    FormattableString.Invariant($"label {label} at index {i}"));
        }

        return labels;
    }
}
