namespace MnistCnn.Imaging;

/// <summary>Reads a written number in a picture: finds its digits and asks a model for each.</summary>
/// <remarks>Thread-safe. Digits must not touch each other; see <see cref="DigitImage.FindDigits(string, int, int)"/>.</remarks>
public sealed class NumberReader
{
    private readonly CnnPredictor predictor;

    /// <summary>Makes a reader.</summary>
    /// <param name="predictor">A model of single digits, or of letters, whose images have at most 1024 rows and columns.</param>
    /// <exception cref="ArgumentException">The model takes larger images.</exception>
    public NumberReader(CnnPredictor predictor)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        this.predictor = predictor is { Height: <= ImageSize.LargestSide, Width: <= ImageSize.LargestSide }
            ? predictor
            : throw new ArgumentException(
                $"Expected a model of images of at most {ImageSize.LargestSide}×{ImageSize.LargestSide}, found {predictor.Height}×{predictor.Width}.",
                nameof(predictor));
    }

    /// <summary>Reads the number in a picture file.</summary>
    /// <param name="path">A PNG, JPEG, GIF, BMP or WebP file of at most 24 million pixels.</param>
    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public NumberReading Read(string path) => Read(DigitImage.FindDigits(path, predictor.Height, predictor.Width));

    /// <summary>Reads the number in a picture from a stream.</summary>
    /// <param name="stream">Read from where it stands to its end, and left open.</param>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public NumberReading Read(Stream stream) => Read(DigitImage.FindDigits(stream, predictor.Height, predictor.Width));

    /// <summary>Reads the number in a picture in memory.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public NumberReading Read(ReadOnlySpan<byte> encoded) => Read(DigitImage.FindDigits(encoded, predictor.Height, predictor.Width));

    /// <summary>Reads the number in a picture whose pixels are at hand, as <see cref="DigitImage.PrepareGrey"/> takes them.</summary>
    /// <param name="grey">The pixels row by row, 0 black to 255 white; at most 24 million.</param>
    /// <param name="width">Pixels a row, 1 or more.</param>
    /// <exception cref="ArgumentException">No pixel, too many, or part of a row.</exception>
    public NumberReading ReadGrey(ReadOnlySpan<byte> grey, int width) =>
        Read(DigitFinder.Find(GreyPicture.Of(grey, width), ImageSize.Of(predictor.Height, predictor.Width)));

    private NumberReading Read(IReadOnlyList<FoundDigit> found)
    {
        List<ReadDigit> digits = [];
        float[] probabilities = new float[predictor.ClassNames.Count];
        foreach (FoundDigit digit in found)
        {
            predictor.Predict(digit.Image, probabilities);
            int best = Array.IndexOf(probabilities, probabilities.Max());
            digits.Add(new ReadDigit(digit.Box, predictor.ClassNames[best], probabilities[best]));
        }

        return new NumberReading(string.Concat(digits.Select(digit => digit.ClassName)), digits.AsReadOnly());
    }
}
