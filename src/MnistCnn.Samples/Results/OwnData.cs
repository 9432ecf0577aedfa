using MnistCnn.Data;
using MnistCnn.Imaging;

namespace MnistCnn.Samples.Results;

/// <summary>
/// Data that no one published: an <c>.npz</c> file, or a folder with one folder of pictures for each class, prepared as <c>predict</c> prepares pictures.
/// </summary>
internal static class OwnData
{
    /// <summary>The part of a folder of pictures that is trained on; the rest measures.</summary>
    private const double TrainedPart = 0.9;

    private static readonly (string Images, string Labels)[] TrainNames = [("x_train", "y_train"), ("train_images", "train_labels")];
    private static readonly (string Images, string Labels)[] TestNames = [("x_test", "y_test"), ("test_images", "test_labels")];

    /// <summary>Whether it is such a file, or a folder with folders in it and without a file of the published set.</summary>
    public static bool Is(string path, MnistVariant variant) => IsArchive(path)
        || (Directory.Exists(path) && Directory.EnumerateDirectories(path).Any() && !Directory.EnumerateFiles(path, "*ubyte*").Any()
            && !variant.Files.Any(file => File.Exists(Path.Combine(path, file.Name))));

    /// <exception cref="IOException">The file or the pictures cannot be read.</exception>
    public static FoundData ForTraining(string path, MnistVariant variant, CancellationToken cancellationToken)
    {
        if (IsArchive(path))
        {
            return new(FromArchive(path, TrainNames, variant), FromArchive(path, TestNames, variant), Path.GetFileName(path));
        }

        (MnistDataset train, MnistDataset test) = InMemory(Pictures(path, cancellationToken)).Split(TrainedPart, seed: 0);
        return new(train, test, NameOf(path));
    }

    /// <exception cref="IOException">The file or the pictures cannot be read.</exception>
    public static FoundData ForEvaluation(string path, MnistVariant variant, CancellationToken cancellationToken)
    {
        IMnistDataset test = IsArchive(path) ? FromArchive(path, TestNames, variant) : Pictures(path, cancellationToken);
        return new(test, test, NameOf(path));
    }

    private static bool IsArchive(string path) => File.Exists(path) && path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static ImageFolder Pictures(string path, CancellationToken cancellationToken) =>
        ImageFolder.Load(path, new ImageFolderOptions { Preparation = PicturePreparation.Digit }, cancellationToken: cancellationToken);

    private static MnistDataset FromArchive(string path, (string Images, string Labels)[] names, MnistVariant variant)
    {
        using NpzReader file = NpzReader.Open(path);
        (string images, string labels) = names.FirstOrDefault(pair => file.Names.Contains(pair.Images) && file.Names.Contains(pair.Labels), names[0]);
        return MnistDataset.FromNpz(path, images, labels, variant.ClassNames);
    }

    /// <summary>A copy of a data set.</summary>
    public static MnistDataset InMemory(IMnistDataset pictures)
    {
        int size = pictures.Height * pictures.Width;
        byte[] pixels = new byte[pictures.Count * size], labels = new byte[pictures.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            pictures.GetImage(i).CopyTo(pixels.AsSpan(i * size));
            labels[i] = pictures.GetLabel(i);
        }

        return MnistDataset.FromMemory(pixels, labels, pictures.Height, pictures.Width, pictures.ClassNames);
    }
}
