namespace MnistCnn.Data;

/// <summary>One zip with gzip members for each part of EMNIST. Its images are transposed, and the letters are labelled from 1.</summary>
/// <param name="part">For instance <c>letters</c>.</param>
/// <param name="firstLabel">The label of the first class.</param>
internal sealed class EmnistLayout(string part, int firstLabel = 0) : SetLayout
{
    public const string Archive = "gzip.zip";

    public override MnistDataset Load(string directory, MnistVariant variant, MnistSplit split)
    {
        string stem = $"gzip/emnist-{part}-{TrainOrTest(variant, split)}";
        string path = FileOf(directory, variant, Archive);
        (string imagesName, string labelsName) = ($"{stem}-images-idx3-ubyte.gz", $"{stem}-labels-idx1-ubyte.gz");
        using ZipArchive zip = ZipArchive.Open(path);
        using ZipMemberStream images = zip.OpenMember(imagesName);
        using ZipMemberStream labels = zip.OpenMember(labelsName);
        string[] classNames = [.. variant.ClassNames];
        byte[] labelBytes = SplitReader.ReadLabels(labels, $"{path}/{labelsName}", classNames.Length, new IdxReaderOptions { MaxBytes = LargestArray },
            firstLabel);
        (byte[] pixels, int height, int width) = SplitReader.ReadImages(images, $"{path}/{imagesName}", labelBytes.Length, $"{path}/{labelsName}",
            new IdxReaderOptions { MaxBytes = LargestArray });
        Transpose(pixels, height, width);
        return new MnistDataset(pixels, labelBytes, width, height, classNames);
    }

    private static void Transpose(byte[] pixels, int height, int width)
    {
        byte[] turned = new byte[height * width];
        for (int image = 0; image < pixels.Length; image += turned.Length)
        {
            for (int i = 0; i < turned.Length; i++)
            {
                turned[i % width * height + i / width] = pixels[image + i];
            }

            turned.CopyTo(pixels, image);
        }
    }
}
