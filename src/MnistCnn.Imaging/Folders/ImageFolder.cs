using System.Globalization;

namespace MnistCnn.Imaging;

/// <summary>A data set of picture files: one folder for each class, or a CSV file of paths and labels.</summary>
/// <remarks>
/// <para>Pictures are decoded once, on all cores, to grey images of one size, and kept in one verified file, <c>.mnistcnn-images</c>, beside them. The file is
/// made again when a picture or an option changes.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
public sealed class ImageFolder : IMnistDataset
{
    private const string CacheName = ".mnistcnn-images";

    private readonly byte[] pixels;
    private readonly byte[] labels;

    private ImageFolder(ImageFolderOptions options, byte[] pixels, byte[] labels, string[] classNames, string[] paths, UnreadablePicture[] unreadable)
    {
        (this.pixels, this.labels, Height, Width) = (pixels, labels, options.Height, options.Width);
        (ClassNames, Paths, Unreadable) = (Array.AsReadOnly(classNames), Array.AsReadOnly(paths), Array.AsReadOnly(unreadable));
    }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The file of each image.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The pictures that were left out, because they could not be read; empty unless <see cref="ImageFolderOptions.SkipUnreadable"/> is set.</summary>
    public IReadOnlyList<UnreadablePicture> Unreadable { get; }

    /// <summary>Reads a folder with one folder for each class; the names of the folders are the names of the classes.</summary>
    /// <param name="directory">The folder. Its class folders hold PNG, JPEG, GIF, BMP or WebP files; hidden files, other kinds and deeper folders are left
    /// alone.</param>
    /// <param name="options">Size and preparation; null for the defaults.</param>
    /// <param name="progress">Receives the number of pictures done after each 256, on the threads that decode.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="PictureFormatException">The folder has no class folders, or one class only, or a class without pictures, or two names that differ by
    /// case only.</exception>
    /// <exception cref="UnreadablePicturesException">Pictures cannot be read, and are not to be skipped.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static ImageFolder Load(string directory, ImageFolderOptions? options = null, IProgress<ImageFolderProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string cache = Path.Combine(directory, CacheName);
        return Load(directory, PictureList.OfFolders(directory), cache, options ?? new ImageFolderOptions(), progress, cancellationToken);
    }

    /// <summary>Reads the pictures that a CSV file lists. Its first line names the columns; <c>path</c> and <c>label</c> are used.</summary>
    /// <param name="csvPath">The file, in UTF-8. Paths are relative to its folder, labels are names of classes; fields may be in double quotes.</param>
    /// <param name="options">Size and preparation; null for the defaults.</param>
    /// <param name="progress">Receives the number of pictures done after each 256, on the threads that decode.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="PictureFormatException">A column or a picture is missing, a line is too short, there is one class only, or a label is not among the
    /// given class names.</exception>
    /// <exception cref="UnreadablePicturesException">Pictures cannot be read, and are not to be skipped.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static ImageFolder LoadCsv(string csvPath, ImageFolderOptions? options = null, IProgress<ImageFolderProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(csvPath);
        return Load(csvPath, PictureList.OfCsv(csvPath), csvPath + CacheName, options ?? new ImageFolderOptions(), progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetImage(int index)
    {
        ThrowIfOutside(index);
        return pixels.AsSpan(index * Height * Width, Height * Width);
    }

    /// <inheritdoc/>
    public byte GetLabel(int index)
    {
        ThrowIfOutside(index);
        return labels[index];
    }

    private static ImageFolder Load(
        string source, List<PictureEntry> pictures, string cachePath, ImageFolderOptions options, IProgress<ImageFolderProgress>? progress,
        CancellationToken cancellationToken)
    {
        string[] classNames = ClassesOf(source, pictures, options);
        byte[] labels = [.. pictures.Select(picture => (byte)Array.IndexOf(classNames, picture.ClassName))];
        int size = options.Height * options.Width;
        if ((long)pictures.Count * size > Array.MaxLength)
        {
            throw new PictureFormatException(source, string.Create(CultureInfo.InvariantCulture,
                $"at most {Array.MaxLength / size} pictures of {options.Height}×{options.Width}"),
                string.Create(CultureInfo.InvariantCulture, $"{pictures.Count}"));
        }

        PictureCache? cache = options.UseCache ? new PictureCache(cachePath, PictureCache.KeyOf(pictures, options)) : null;
        if (cache?.Read(pictures.Count, size) is not var (pixels, faults))
        {
            (pixels, faults) = PictureBatch.Decode(pictures, options, progress, cancellationToken);
            cache?.Write(pixels, faults);
        }

        return Create(source, options, pictures, classNames, labels, pixels, faults);
    }

    private static string[] ClassesOf(string source, List<PictureEntry> pictures, ImageFolderOptions options)
    {
        string[] names = options.ClassNames is { } given ? [.. given]
            : [.. pictures.Select(picture => picture.ClassName).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length is < 2 or > 256 || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Length)
        {
            throw new PictureFormatException(
                source, "2 to 256 classes whose names differ by more than case",
                string.Create(CultureInfo.InvariantCulture, $"{names.Length} ({string.Join(", ", names.Take(4))}{(names.Length > 4 ? ", …" : "")})"));
        }

        foreach (PictureEntry picture in pictures)
        {
            if (!names.Contains(picture.ClassName))
            {
                throw new PictureFormatException(source, $"one of the classes {string.Join(", ", names)}", $"'{picture.ClassName}' for '{picture.Path}'");
            }
        }

        return names;
    }

    private static ImageFolder Create(
        string source, ImageFolderOptions options, List<PictureEntry> pictures, string[] classNames, byte[] labels, byte[] pixels, string?[] faults)
    {
        string[] paths = [.. pictures.Select(picture => picture.Path)];
        UnreadablePicture[] unreadable = [.. Enumerable.Range(0, faults.Length).Where(i => faults[i] is not null)
            .Select(i => new UnreadablePicture(paths[i], faults[i]!))];
        if (unreadable.Length == 0)
        {
            return new ImageFolder(options, pixels, labels, classNames, paths, unreadable);
        }

        int[] good = [.. Enumerable.Range(0, faults.Length).Where(i => faults[i] is null)];
        if (!options.SkipUnreadable || good.Length == 0)
        {
            throw new UnreadablePicturesException(source, paths.Length, Array.AsReadOnly(unreadable));
        }

        int size = options.Height * options.Width;
        byte[] kept = new byte[good.Length * size];
        for (int i = 0; i < good.Length; i++)
        {
            pixels.AsSpan(good[i] * size, size).CopyTo(kept.AsSpan(i * size));
        }

        return new ImageFolder(options, kept, Array.ConvertAll(good, i => labels[i]), classNames, Array.ConvertAll(good, i => paths[i]), unreadable);
    }

    private void ThrowIfOutside(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Expected an index of 0 to {Count - 1}.");
        }
    }
}
