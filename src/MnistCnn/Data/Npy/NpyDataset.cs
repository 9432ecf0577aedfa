namespace MnistCnn.Data;

/// <summary>Makes a data set of two arrays.</summary>
internal static class NpyDataset
{
    /// <exception cref="NpyFormatException">An array is not of that kind, or their counts differ.</exception>
    public static MnistDataset Read(NpyInput images, NpyInput labels, string[] classNames, NpyReaderOptions options)
    {
        byte[] labelBytes = NpyImages.ReadLabels(labels, classNames.Length, options);
        (byte[] pixels, int count, int height, int width) = NpyImages.Read(images, options);
        return count == labelBytes.Length
            ? new MnistDataset(pixels, labelBytes, height, width, classNames)
            : throw images.Fault(
                0, FormattableString.Invariant($"{labelBytes.Length} images, one for each label in {labels.Name}"),
                FormattableString.Invariant($"{count} images for {labelBytes.Length} labels"));
    }

    /// <summary>Reads arrays of one or two <c>.npz</c> files.</summary>
    public static MnistDataset Read(string imagesPath, string images, string labelsPath, string labels, string[] classNames, NpyReaderOptions options)
    {
        using NpzReader imagesFile = NpzReader.Open(imagesPath, options);
        using NpzReader labelsFile = NpzReader.Open(labelsPath, options);
        using ZipMemberStream imagesMember = imagesFile.OpenMember(images, out NpyInput imagesInput);
        using ZipMemberStream labelsMember = labelsFile.OpenMember(labels, out NpyInput labelsInput);
        return Read(imagesInput, labelsInput, classNames, options);
    }
}
