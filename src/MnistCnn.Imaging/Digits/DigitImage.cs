namespace MnistCnn.Imaging;

/// <summary>Prepares a picture of one digit as the makers of MNIST prepared theirs.</summary>
/// <remarks>
/// <para>
/// The picture (PNG, JPEG, GIF, BMP or WebP, of at most 24 million pixels) is turned as its EXIF orientation says and made grey. Ink is what differs from the
/// background at the border, whether dark on light or light on dark. It is cropped, scaled so that its larger side is 20 pixels, and placed with its centre of
/// mass in the middle of 28×28. In images of another size the larger side is 20/28 of the image's smaller one. A digit of MNIST comes out as it went in.
/// </para>
/// <para>Thread-safe. Source: <c>http://yann.lecun.com/exdb/mnist</c>.</para>
/// </remarks>
public static class DigitImage
{
    /// <summary>Rows and columns of a prepared image, as in MNIST, unless other ones are asked for: 28.</summary>
    public const int Side = 28;

    /// <summary>The part of the strongest ink that the artefacts of lossy formats stay below.</summary>
    private const float LossyTolerance = 0.12f;

    /// <summary>Prepares a picture file.</summary>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file of any size up to 24 million pixels.</param>
    /// <param name="height">Rows of the image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of the image, 1 to 1024; 28 by default.</param>
    /// <returns>Height × width bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large, or shows no ink.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Prepare(string path, int height = Side, int width = Side) =>
        Prepare(PictureDecoder.FromFile(path), path, ImageSize.Of(height, width));

    /// <summary>Prepares a picture from a stream.</summary>
    /// <param name="stream">Read from where it stands to its end, and left open.</param>
    /// <param name="height">Rows of the image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of the image, 1 to 1024; 28 by default.</param>
    /// <returns>Height × width bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large, or shows no ink.</exception>
    public static byte[] Prepare(Stream stream, int height = Side, int width = Side) =>
        Prepare(PictureDecoder.FromStream(stream), stream is FileStream file ? file.Name : "(stream)", ImageSize.Of(height, width));

    /// <summary>Prepares a picture in memory.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <param name="height">Rows of the image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of the image, 1 to 1024; 28 by default.</param>
    /// <returns>Height × width bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large, or shows no ink.</exception>
    public static byte[] Prepare(ReadOnlySpan<byte> encoded, int height = Side, int width = Side) =>
        Prepare(PictureDecoder.FromEncoded(encoded, "(picture)"), "(picture)", ImageSize.Of(height, width));

    /// <summary>Prepares a picture whose pixels are at hand: a frame of a camera, a canvas. It needs none of SkiaSharp's native assets.</summary>
    /// <param name="grey">The pixels row by row, 0 black to 255 white, dark ink on light or light ink on dark; at most 24 million.</param>
    /// <param name="greyWidth">Pixels a row, 1 or more.</param>
    /// <param name="height">Rows of the image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of the image, 1 to 1024; 28 by default.</param>
    /// <returns>Height × width bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024, or a row has no pixel.</exception>
    /// <exception cref="ArgumentException">No pixel, too many, or part of a row.</exception>
    /// <exception cref="PictureFormatException">The picture shows no ink.</exception>
    public static byte[] PrepareGrey(ReadOnlySpan<byte> grey, int greyWidth, int height = Side, int width = Side) =>
        Prepare(GreyPicture.Of(grey, greyWidth), "(picture)", ImageSize.Of(height, width));

    /// <summary>Finds the digits of a written number in a picture file, in reading order.</summary>
    /// <remarks>
    /// Digits are the connected parts of the ink. Strokes of one digit that do not touch are joined, specks and the straight lines of a form are dropped.
    /// Digits that touch each other are found as one. The background may be grey and noisy, but should be even.
    /// </remarks>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file of at most 24 million pixels.</param>
    /// <param name="height">Rows of a digit's image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of a digit's image, 1 to 1024; 28 by default.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(string path, int height = Side, int width = Side) =>
        DigitFinder.Find(PictureDecoder.FromFile(path), ImageSize.Of(height, width));

    /// <summary>Finds the digits of a written number in a picture from a stream, as <see cref="FindDigits(string, int, int)"/>.</summary>
    /// <param name="stream">Read from where it stands to its end, and left open.</param>
    /// <param name="height">Rows of a digit's image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of a digit's image, 1 to 1024; 28 by default.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(Stream stream, int height = Side, int width = Side) =>
        DigitFinder.Find(PictureDecoder.FromStream(stream), ImageSize.Of(height, width));

    /// <summary>Finds the digits of a written number in a picture in memory, as <see cref="FindDigits(string, int, int)"/>.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <param name="height">Rows of a digit's image, 1 to 1024; 28 by default.</param>
    /// <param name="width">Columns of a digit's image, 1 to 1024; 28 by default.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(ReadOnlySpan<byte> encoded, int height = Side, int width = Side) =>
        DigitFinder.Find(PictureDecoder.FromEncoded(encoded, "(picture)"), ImageSize.Of(height, width));

    internal static byte[] Prepare(GreyPicture picture, string name, ImageSize size) =>
        DigitCentering.Center(picture.Pixels, picture.Width, picture.IsLossy ? LossyTolerance : 0, size)
            ?? throw new PictureFormatException(name, "a digit", "no ink");
}
