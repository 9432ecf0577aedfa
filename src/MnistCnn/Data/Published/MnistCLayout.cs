namespace MnistCnn.Data;

/// <summary>One zip with a folder of <c>.npy</c> files for each corruption.</summary>
/// <param name="corruption">For instance <c>glass_blur</c>.</param>
internal sealed class MnistCLayout(string corruption) : SetLayout
{
    public const string Archive = "mnist_c.zip";

    public override MnistDataset Load(string directory, MnistVariant variant, MnistSplit split)
    {
        string stem = $"mnist_c/{corruption}/{TrainOrTest(variant, split)}";
        string path = FileOf(directory, variant, Archive);
        using ZipArchive zip = ZipArchive.Open(path);
        using ZipMemberStream images = zip.OpenMember($"{stem}_images.npy");
        using ZipMemberStream labels = zip.OpenMember($"{stem}_labels.npy");
        return NpyDataset.Read(
            new NpyInput(images, path, $"{stem}_images.npy"), new NpyInput(labels, path, $"{stem}_labels.npy"), [.. variant.ClassNames],
            new NpyReaderOptions { MaxBytes = LargestArray });
    }
}
