using MnistCnn.Tests;
using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

public sealed class FindDigitsTests
{
    /// <summary>Sevens of 40 pixels at these places.</summary>
    private static bool Sevens(int x, int y, params ReadOnlySpan<(int Left, int Top)> places)
    {
        foreach ((int left, int top) in places)
        {
            if (IsSeven((x - left + 0.5) / 40, (y - top + 0.5) / 40))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Dark(int width, int height, Func<int, int, bool> ink) => Png(width, height, (x, y) => ink(x, y) ? (byte)30 : (byte)220);

    [Fact]
    public void Digits_come_line_by_line_from_left_to_right_with_their_boxes()
    {
        byte[] picture = Dark(260, 140, (x, y) => Sevens(x, y, (110, 12), (30, 20), (180, 16), (60, 80), (150, 84)));
        IReadOnlyList<FoundDigit> digits = DigitImage.FindDigits(picture);
        Assert.Equal([(30, 20), (110, 12), (180, 16), (60, 80), (150, 84)], digits.Select(digit => (digit.Box.Left, digit.Box.Top)));
        Assert.All(digits, digit => Assert.InRange(digit.Box.Height, 39, 41));
    }

    [Fact]
    public void Each_digit_is_prepared_alone_as_a_picture_of_it_would_be()
    {
        byte[] expected = DigitImage.Prepare(Dark(100, 100, (x, y) => Sevens(x, y, (30, 30))));
        // The bar of the second seven reaches into the box of the first one.
        IReadOnlyList<FoundDigit> digits = DigitImage.FindDigits(Dark(160, 120, (x, y) => Sevens(x, y, (30, 30), (51, 50))));
        Assert.Equal(2, digits.Count);
        Assert.All(digits, digit => Assert.Equal(expected, digit.Image));
    }

    [Fact]
    public void Light_on_dark_is_found_as_well()
    {
        byte[] picture = Png(160, 80, (x, y) => Sevens(x, y, (20, 20), (90, 20)) ? (byte)250 : (byte)10);
        Assert.Equal([20, 90], DigitImage.FindDigits(picture).Select(digit => digit.Box.Left));
    }

    [Fact]
    public void A_stroke_that_does_not_touch_its_digit_is_joined_to_it()
    {
        // A five whose flag is a stroke of its own, a little to the right of the body.
        static bool Five(int x, int y) => (x is >= 40 and < 46 && y is >= 20 and < 40) || (x is >= 40 and < 60 && y is >= 36 and < 42)
            || (x is >= 55 and < 61 && y is >= 36 and < 60) || (x is >= 38 and < 60 && y is >= 55 and < 61)
            || (x is >= 57 and < 74 && y is >= 20 and < 25);
        FoundDigit digit = Assert.Single(DigitImage.FindDigits(Dark(120, 80, Five)));
        Assert.Equal(new PictureBox(38, 20, 36, 41), digit.Box);
    }

    [Fact]
    public void Specks_are_dropped_and_the_lines_of_a_form_are_tolerated()
    {
        static bool Ink(int x, int y) => Sevens(x, y, (30, 20), (100, 20), (170, 20));
        byte[] specks = Dark(240, 80, (x, y) => Ink(x, y) || (x is 80 or 81 && y is 30 or 31) || (x == 10 && y == 10));
        byte[] underlined = Dark(240, 80, (x, y) => Ink(x, y) || y is 55 or 56);
        byte[] framed = Dark(240, 80, (x, y) => Ink(x, y) || (x is >= 5 and < 235 && y is 8 or 72) || (y is >= 8 and <= 72 && x is 5 or 234));
        foreach (byte[] picture in (byte[][])[specks, underlined, framed])
        {
            IReadOnlyList<FoundDigit> digits = DigitImage.FindDigits(picture);
            Assert.Equal([30, 100, 170], digits.Select(digit => digit.Box.Left));
            Assert.All(digits, digit => Assert.InRange(digit.Box.Height, 33, 41));
        }
    }

    [Fact]
    public void Paper_without_ink_has_no_digits_even_with_noise()
    {
        Random random = new(3);
        Assert.Empty(DigitImage.FindDigits(Png(200, 100, (_, _) => 180)));
        Assert.Empty(DigitImage.FindDigits(Png(200, 100, (_, _) => (byte)(180 + random.Next(-20, 21)))));
    }

    [Fact]
    public void Files_streams_and_memory_give_the_same_and_what_is_no_picture_is_refused()
    {
        using TemporaryFolder folder = new();
        byte[] picture = Dark(100, 80, (x, y) => Sevens(x, y, (30, 20)));
        File.WriteAllBytes(folder["n.png"], picture);
        using MemoryStream stream = new(picture);
        PictureBox box = Assert.Single(DigitImage.FindDigits(picture)).Box;
        Assert.Equal(box, Assert.Single(DigitImage.FindDigits(folder["n.png"])).Box);
        Assert.Equal(box, Assert.Single(DigitImage.FindDigits(stream)).Box);
        Assert.Throws<PictureFormatException>(() => DigitImage.FindDigits("hello"u8));
    }
}
