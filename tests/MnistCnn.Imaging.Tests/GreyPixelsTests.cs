namespace MnistCnn.Imaging.Tests;

/// <summary>Pictures whose pixels are at hand, against the same pictures as PNG.</summary>
public sealed class GreyPixelsTests
{
    private const int Width = 150;
    private const int Height = 80;

    private static readonly byte[] TwoSevens = [.. Enumerable.Range(0, Width * Height).Select(i => Grey(i % Width, i / Width))];

    [Theory]
    [InlineData(28, 28)]
    [InlineData(20, 24)]
    public void They_are_prepared_as_the_picture_is(int height, int width) =>
        Assert.Equal(DigitImage.Prepare(Drawing.Png(Width, Height, Grey), height, width), DigitImage.PrepareGrey(TwoSevens, Width, height, width));

    [Fact]
    public void Their_digits_are_found_and_read_as_those_of_the_picture()
    {
        using CnnClassifier untrained = new(new CnnClassifierOptions { Seed = 1 });
        NumberReader reader = new(untrained.ToPredictor());
        NumberReading reading = reader.ReadGrey(TwoSevens, Width);
        Assert.Equal(reader.Read(Drawing.Png(Width, Height, Grey)).Digits, reading.Digits);
        Assert.Equal(2, reading.Digits.Count);
    }

    [Theory]
    [InlineData(0, 10, "Expected whole rows of 10 pixels, 1 to 24000000 in all, found 0.")]
    [InlineData(55, 10, "Expected whole rows of 10 pixels, 1 to 24000000 in all, found 55.")]
    [InlineData(24_000_010, 10, "Expected whole rows of 10 pixels, 1 to 24000000 in all, found 24000010.")]
    [InlineData(10, 0, "width")]
    public void No_pixel_too_many_or_part_of_a_row_is_refused(int count, int width, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => DigitImage.PrepareGrey(new byte[count], width)).Message, StringComparison.Ordinal);

    [Fact]
    public void Pixels_without_ink_are_no_digit() => Assert.Throws<PictureFormatException>(() => DigitImage.PrepareGrey(new byte[400], 20));

    private static byte Grey(int x, int y) =>
        Drawing.IsSeven((x - 20.5) / 60, (y - 10.5) / 60) || Drawing.IsSeven((x - 90.5) / 50, (y - 20.5) / 50) ? (byte)30 : (byte)220;
}
