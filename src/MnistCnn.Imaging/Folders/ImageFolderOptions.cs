namespace MnistCnn.Imaging;

/// <summary>How an <see cref="ImageFolder"/> is read.</summary>
public sealed record ImageFolderOptions
{
    private readonly int height = DigitImage.Side;
    private readonly int width = DigitImage.Side;

    /// <summary>Rows of an image of the data set; pictures of another size are scaled.</summary>
    /// <value>1 to 1024. The default is 28.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public int Height
    {
        get => height;
        init => height = ImageSize.CheckedSide(value, nameof(Height));
    }

    /// <summary>Columns of an image of the data set; pictures of another size are scaled.</summary>
    /// <value>1 to 1024. The default is 28.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public int Width
    {
        get => width;
        init => width = ImageSize.CheckedSide(value, nameof(Width));
    }

    /// <summary>What is done to a picture.</summary>
    /// <value>The default is <see cref="PicturePreparation.LightInk"/>.</value>
    public PicturePreparation Preparation { get; init; } = PicturePreparation.LightInk;

    /// <summary>The names of the classes in the order of their labels.</summary>
    /// <value>
    /// Null, the default, for the names that occur, in ordinal order. With names given, a folder or label of another name is an error, and a class may have no
    /// picture.
    /// </value>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Whether pictures that cannot be read are left out and listed in <see cref="ImageFolder.Unreadable"/>.</summary>
    /// <value>The default is false: any such picture is an error that lists them.</value>
    public bool SkipUnreadable { get; init; }

    /// <summary>Whether the decoded images are kept in a file beside the pictures, so that the next start need not decode them.</summary>
    /// <value>The default is true. A folder that cannot be written is read without a cache.</value>
    public bool UseCache { get; init; } = true;
}
