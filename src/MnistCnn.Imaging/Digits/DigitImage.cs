namespace MnistCnn.Imaging;

/// <summary>Prepares a picture of one digit as the makers of MNIST prepared theirs.</summary>
/// <remarks>
/// <para>
/// The picture (PNG, JPEG, GIF, BMP or WebP, of at most 24 million pixels) is turned as its EXIF orientation says and made grey. Ink is what differs from the
/// background at the border, whether dark on light or light on dark. It is cropped, scaled so that its larger side is 20 pixels, and placed with its centre of
/// mass in the middle of 28×28. A digit of MNIST comes out as it went in.
/// </para>
/// <para>Thread-safe. Source: <c>http://yann.lecun.com/exdb/mnist</c>.</para>
/// </remarks>
public static class DigitImage
{
    /// <summary>Rows and columns of a prepared image: 28.</summary>
    public const int Side = DigitCentering.Side;

    /// <summary>The part of the strongest ink that the artefacts of lossy formats stay below.</summary>
    private const float LossyTolerance = 0.12f;

    /// <summary>Prepares a picture file.</summary>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file of any size up to 24 million pixels.</param>
    /// <returns>784 bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large, or shows no ink.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Prepare(string path) => Prepare(PictureDecoder.FromFile(path), path);

    /// <summary>Prepares a picture from a stream.</summary>
    /// <param name="stream">Read from where it stands to its end, and left open.</param>
    /// <returns>784 bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large, or shows no ink.</exception>
    public static byte[] Prepare(Stream stream) => Prepare(PictureDecoder.FromStream(stream), stream is FileStream file ? file.Name : "(stream)");

    /// <summary>Prepares a picture in memory.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <returns>784 bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large, or shows no ink.</exception>
    public static byte[] Prepare(ReadOnlySpan<byte> encoded) => Prepare(PictureDecoder.FromEncoded(encoded, "(picture)"), "(picture)");

    /// <summary>Finds the digits of a written number in a picture file, in reading order.</summary>
    /// <remarks>
    /// Digits are the connected parts of the ink. Strokes of one digit that do not touch are joined, specks and the straight lines of a form are dropped.
    /// Digits that touch each other are found as one. The background may be grey and noisy, but should be even.
    /// </remarks>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file of at most 24 million pixels.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(string path) => DigitFinder.Find(PictureDecoder.FromFile(path));

    /// <summary>Finds the digits of a written number in a picture from a stream, as <see cref="FindDigits(string)"/>.</summary>
    /// <param name="stream">Read from where it stands to its end, and left open.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(Stream stream) => DigitFinder.Find(PictureDecoder.FromStream(stream));

    /// <summary>Finds the digits of a written number in a picture in memory, as <see cref="FindDigits(string)"/>.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <returns>The digits line by line, from left to right; none where there is no ink.</returns>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static IReadOnlyList<FoundDigit> FindDigits(ReadOnlySpan<byte> encoded) => DigitFinder.Find(PictureDecoder.FromEncoded(encoded, "(picture)"));

    internal static byte[] Prepare(GreyPicture picture, string name) =>
        DigitCentering.Center(picture.Pixels, picture.Width, picture.IsLossy ? LossyTolerance : 0) ?? throw new PictureFormatException(name, "a digit",
            "no ink");
}
