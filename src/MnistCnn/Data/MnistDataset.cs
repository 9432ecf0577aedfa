using MnistCnn.Data;
namespace MnistCnn;

/// <summary>An MNIST-format data set in memory: pixels and labels as they stand in the files, checked once when it was made.</summary>
/// <remarks>Immutable and thread-safe. <see cref="Take"/> and <see cref="Split"/> share the pixels of the original.</remarks>
public sealed class MnistDataset : IMnistDataset
{
    private readonly byte[] pixels;
    private readonly byte[] labels;
    private readonly int[]? rows;

    internal MnistDataset(byte[] pixels, byte[] labels, int height, int width, string[] classNames)
        : this(pixels, labels, height, width, Array.AsReadOnly(classNames), labels.Length, null)
    {
    }

    private MnistDataset(byte[] pixels, byte[] labels, int height, int width, IReadOnlyList<string> classNames, int count, int[]? rows)
    {
        (this.pixels, this.labels, this.rows) = (pixels, labels, rows);
        (Height, Width, ClassNames, Count) = (height, width, classNames, count);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Reads one split from a folder that holds the files of MNIST or of a set in its format.</summary>
    /// <param name="directory">
    /// The folder. Plain and <c>.gz</c> files are found under both names in circulation: <c>train-images-idx3-ubyte</c> and <c>train-images.idx3-ubyte</c>;
    /// <c>t10k-…</c> for the test split.
    /// </param>
    /// <param name="split">Training or test images.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which names were tried, and how to download the files.</exception>
    /// <exception cref="IdxFormatException">A file is damaged, or not what its name says.</exception>
    public static MnistDataset Load(string directory, MnistSplit split, IReadOnlyList<string>? classNames = null, IdxReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return FromFiles(SplitReader.FindImages(directory, split), SplitReader.FindLabels(directory, split), classNames, options);
    }

    /// <summary>
    /// Reads one split of a published set from the folder that holds its files as they were downloaded; archives are read without unpacking them.
    /// </summary>
    /// <param name="directory">The folder, for instance the one that <see cref="MnistDownloader.DownloadAsync"/> returns.</param>
    /// <param name="variant">The set, which gives the class names.</param>
    /// <param name="split">Training or test images, or the extra ones of QMNIST.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which one, and how to download it.</exception>
    /// <exception cref="IOException">A file is damaged or not what its name says: <see cref="IdxFormatException"/>, <see cref="ZipFormatException"/> or
    /// <see cref="NpyFormatException"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The set has no such split.</exception>
    public static MnistDataset Load(string directory, MnistVariant variant, MnistSplit split)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(variant);
        return variant.Layout.Load(directory, variant, split);
    }

    /// <summary>Reads both splits from a folder at once, on two threads.</summary>
    /// <param name="directory">The folder, as for <see cref="Load(string, MnistSplit, IReadOnlyList{string}, IdxReaderOptions)"/>.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which names were tried, and how to download the files.</exception>
    /// <exception cref="IdxFormatException">A file is damaged, or not what its name says.</exception>
    public static (MnistDataset Train, MnistDataset Test) LoadSplits(string directory, IReadOnlyList<string>? classNames = null,
        IdxReaderOptions? options = null)
    {
        Task<MnistDataset> test = Task.Run(() => Load(directory, MnistSplit.Test, classNames, options));
        try
        {
            return (Load(directory, MnistSplit.Train, classNames, options), test.GetAwaiter().GetResult());
        }
        finally
        {
            // Never leave files open behind an exception.
            Task.WhenAny(test).Wait();
        }
    }

    /// <summary>Reads a pair of files, plain or gzip.</summary>
    /// <param name="imagesPath">An IDX file of unsigned bytes with 3 dimensions: images, rows, columns.</param>
    /// <param name="labelsPath">An IDX file of unsigned bytes with 1 dimension and as many items.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="IdxFormatException">A file is not of that kind, is damaged, or the counts differ, or a label has no class.</exception>
    public static MnistDataset FromFiles(string imagesPath, string labelsPath, IReadOnlyList<string>? classNames = null, IdxReaderOptions? options = null)
    {
        using FileStream images = IdxReader.Open(imagesPath);
        using FileStream labels = IdxReader.Open(labelsPath);
        return SplitReader.Read(images, imagesPath, labels, labelsPath, DatasetChecks.ClassNames(classNames), options ?? IdxReaderOptions.Default);
    }

    /// <summary>Reads a pair of streams, plain or gzip, from where they stand to their ends, and leaves them open.</summary>
    /// <param name="images">IDX data of unsigned bytes with 3 dimensions: images, rows, columns.</param>
    /// <param name="labels">IDX data of unsigned bytes with 1 dimension and as many items.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="IdxFormatException">A stream is not of that kind, is damaged, or the counts differ, or a label has no class.</exception>
    public static MnistDataset FromStreams(Stream images, Stream labels, IReadOnlyList<string>? classNames = null, IdxReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        string imagesName = images is FileStream ? IdxInput.NameOf(images) : "(images stream)";
        string labelsName = labels is FileStream ? IdxInput.NameOf(labels) : "(labels stream)";
        return SplitReader.Read(images, imagesName, labels, labelsName, DatasetChecks.ClassNames(classNames), options ?? IdxReaderOptions.Default);
    }

    /// <summary>Reads two arrays of an <c>.npz</c> file, as Keras' <c>mnist.npz</c>, Kuzushiji-49 and the grey sets of MedMNIST are published.</summary>
    /// <param name="path">The <c>.npz</c> file with the images.</param>
    /// <param name="images"> The array of images, for instance <c>x_train</c>: (images, rows, columns), with or without one channel. Integers are pixels of 0
    /// to 255, floating-point numbers of 0 to 1, bools 0 and 255. </param>
    /// <param name="labels">The array of labels, for instance <c>y_train</c>: integers of shape (images,) or (images, 1), not one-hot.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <param name="labelsPath">The <c>.npz</c> file with the labels; null, the default, if it is the same one.</param>
    /// <param name="options">Limits for each array; null for the defaults.</param>
    /// <exception cref="ZipFormatException">A file is no zip archive, is damaged, or lacks an array.</exception>
    /// <exception cref="NpyFormatException">An array is not of that kind or damaged, the counts differ, a pixel is out of range, or a label has no
    /// class.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static MnistDataset FromNpz(
        string path, string images, string labels, IReadOnlyList<string>? classNames = null, string? labelsPath = null, NpyReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return NpyDataset.Read(path, images, labelsPath ?? path, labels, DatasetChecks.ClassNames(classNames), options ?? NpyReaderOptions.Default);
    }

    /// <summary>Copies images and labels from memory.</summary>
    /// <param name="pixels">The images one after another, row by row, 0 (background) to 255 (ink): <c>labels.Length × height × width</c> bytes.</param>
    /// <param name="labels">One label for each image, at least one.</param>
    /// <param name="height">Rows of an image, at least 1.</param>
    /// <param name="width">Columns of an image, at least 1.</param>
    /// <param name="classNames">The name of each class, 1 to 256; null for the ten digits.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label has no class.</exception>
    public static MnistDataset FromMemory(ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels, int height, int width, IReadOnlyList<string>? classNames = null)
    {
        string[] names = DatasetChecks.ClassNames(classNames);
        DatasetChecks.Memory(pixels.Length, labels, height, width, names.Length);
        byte[] pixelCopy = PixelMemory.Allocate<byte>(pixels.Length);
        pixels.CopyTo(pixelCopy);
        return new MnistDataset(pixelCopy, labels.ToArray(), height, width, names);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetImage(int index) => pixels.AsSpan(RowOf(index) * Height * Width, Height * Width);

    /// <inheritdoc/>
    public byte GetLabel(int index) => labels[RowOf(index)];

    /// <summary>The first images as a data set of its own, without a copy.</summary>
    /// <param name="count">1 to <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is outside this range.</exception>
    public MnistDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return new MnistDataset(pixels, labels, Height, Width, ClassNames, count, rows);
    }

    /// <summary>
    /// Divides the data set at random into two, without a copy. Each class is divided in the same proportion (stratified), and images keep their order.
    /// The same seed gives the same division on every machine.
    /// </summary>
    /// <param name="fraction">The part of the images that goes into the first data set, above 0 and below 1. Both parts get at least one image.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is outside this range.</exception>
    /// <exception cref="InvalidOperationException">The data set has a single image.</exception>
    public (MnistDataset First, MnistDataset Second) Split(double fraction, int seed)
    {
        (int[]? first, int[]? second) = StratifiedSplit.Divide(this, fraction, seed);
        return (Select(first), Select(second));
    }

    /// <summary>Some images in a row as a data set of its own, without a copy.</summary>
    internal MnistDataset Range(int start, int count) => Select([.. Enumerable.Range(start, count)]);

    private MnistDataset Select(int[] indices) =>
        new(pixels, labels, Height, Width, ClassNames, indices.Length, Array.ConvertAll(indices, RowOf));

    private int RowOf(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            DatasetChecks.ThrowIndex(index, Count);
        }

        return rows is null ? index : rows[index];
    }
}
