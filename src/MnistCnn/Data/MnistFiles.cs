using System.Globalization;

namespace MnistCnn.Data;

/// <summary>Reads the pair of IDX files that make up one split, and the names under which these files circulate.</summary>
internal static class MnistFiles
{
    private const int ImageMagic = 0x00000803;
    private const int LabelMagic = 0x00000801;

    public static string PrefixOf(MnistSplit split) => split switch
    {
        MnistSplit.Train => "train",
        MnistSplit.Test => "t10k",
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "Expected MnistSplit.Train or MnistSplit.Test."),
    };

    public static string FindImages(string directory, MnistSplit split) => Find(directory, $"{PrefixOf(split)}-images", "idx3-ubyte");

    public static string FindLabels(string directory, MnistSplit split) => Find(directory, $"{PrefixOf(split)}-labels", "idx1-ubyte");

    public static MnistDataset Read(Stream images, string imagesName, Stream labels, string labelsName, string[] classNames, IdxReaderOptions options)
    {
        byte[] labelBytes = ReadLabels(labels, labelsName, classNames.Length, options);
        using IdxInput input = new(images, imagesName);
        IdxHeader header = IdxHeader.Read(input, options, ImageMagic);
        if (header.Dimensions[0] != labelBytes.Length)
        {
            throw input.Fault(
                4,
                string.Create(CultureInfo.InvariantCulture, $"{labelBytes.Length} images, one for each label in '{labelsName}'"),
                string.Create(CultureInfo.InvariantCulture, $"{header.Dimensions[0]} images for {labelBytes.Length} labels"));
        }

        byte[] pixels = IdxReader.ReadPayload<byte>(input, header, pinned: true);
        return new MnistDataset(pixels, labelBytes, header.Dimensions[1], header.Dimensions[2], classNames);
    }

    private static byte[] ReadLabels(Stream stream, string name, int classCount, IdxReaderOptions options)
    {
        using IdxInput input = new(stream, name);
        IdxHeader header = IdxHeader.Read(input, options, LabelMagic);
        byte[] labels = IdxReader.ReadPayload<byte>(input, header, pinned: true);
        int wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classCount - 1));
        if (wrong >= 0)
        {
            throw input.Fault(
                header.Length + wrong,
                string.Create(CultureInfo.InvariantCulture, $"labels 0 to {classCount - 1}"),
                string.Create(CultureInfo.InvariantCulture, $"label {labels[wrong]} at index {wrong}"));
        }

        return labels;
    }

    private static string Find(string directory, string stem, string kind)
    {
        string[] names = [$"{stem}-{kind}", $"{stem}-{kind}.gz", $"{stem}.{kind}", $"{stem}.{kind}.gz"];
        return names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"'{Path.GetFullPath(directory)}' {(Directory.Exists(directory) ? "contains none of the files" : "does not exist; looked in it for")} {string.Join(", ", names)}. "
                + "Download them: await new MnistDownloader().DownloadAsync(MnistVariant.Mnist, directory).",
                Path.Combine(directory, names[1]));
    }
}
