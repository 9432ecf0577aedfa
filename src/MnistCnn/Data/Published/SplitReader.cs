using System.Globalization;

namespace MnistCnn.Data;

/// <summary>Reads the pair of IDX files that make up one split, and the names under which these files circulate.</summary>
internal static class SplitReader
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
        (byte[] pixels, int height, int width) = ReadImages(images, imagesName, labelBytes.Length, labelsName, options);
        return new MnistDataset(pixels, labelBytes, height, width, classNames);
    }

    public static (byte[] Pixels, int Height, int Width) ReadImages(Stream images, string name, int labelCount, string labelsName, IdxReaderOptions options)
    {
        using IdxInput input = new(images, name);
        IdxHeader header = IdxHeader.Read(input, options, ImageMagic);
        return header.Dimensions[0] == labelCount
            ? (IdxReader.ReadPayload<byte>(input, header, pinned: true), header.Dimensions[1], header.Dimensions[2])
            : throw input.Fault(
                4,
                string.Create(CultureInfo.InvariantCulture, $"{labelCount} images, one for each label in '{labelsName}'"),
                string.Create(CultureInfo.InvariantCulture, $"{header.Dimensions[0]} images for {labelCount} labels"));
    }

    /// <summary>The labels as indices of classes, whatever the number of the first class in the file.</summary>
    public static byte[] ReadLabels(Stream stream, string name, int classCount, IdxReaderOptions options, int firstLabel = 0)
    {
        using IdxInput input = new(stream, name);
        IdxHeader header = IdxHeader.Read(input, options, LabelMagic);
        byte[] labels = IdxReader.ReadPayload<byte>(input, header, pinned: true);
        int lastLabel = firstLabel + classCount - 1;
        int wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)firstLabel, (byte)lastLabel);
        if (wrong >= 0)
        {
            throw input.Fault(
                header.Length + wrong,
                string.Create(CultureInfo.InvariantCulture, $"labels {firstLabel} to {lastLabel}"),
                string.Create(CultureInfo.InvariantCulture, $"label {labels[wrong]} at index {wrong}"));
        }

        for (int i = 0; firstLabel > 0 && i < labels.Length; i++)
        {
            labels[i] -= (byte)firstLabel;
        }

        return labels;
    }

    private static string Find(string directory, string stem, string kind)
    {
        string[] names = [$"{stem}-{kind}", $"{stem}-{kind}.gz", $"{stem}.{kind}", $"{stem}.{kind}.gz"];
        return names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"'{Path.GetFullPath(directory)}' {(Directory.Exists(directory) ? "contains none of the files" : "does not exist; looked in it for")} "
                    + $"{string.Join(", ", names)}. "
                + "Download them: await new MnistDownloader().DownloadAsync(MnistVariant.Mnist, directory).",
                Path.Combine(directory, names[1]));
    }
}
