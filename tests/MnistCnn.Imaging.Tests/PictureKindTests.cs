using SkiaSharp;
using static MnistCnn.Imaging.Tests.Drawing;

namespace MnistCnn.Imaging.Tests;

/// <summary>Kinds of pictures that come from scanners and the web, and images of other sizes than MNIST's.</summary>
public sealed class PictureKindTests
{
    private static readonly byte[] Seven = Png(60, 60, (x, y) => IsSeven((x - 20.5) / 30, (y - 10.5) / 30) ? (byte)0 : (byte)255);

    [Fact]
    public void A_JPEG_of_four_inks_gives_nearly_the_same_digit()
    {
        using MemoryStream stream = new(EncodedPictures.CmykJpeg);
        using SKCodec codec = SKCodec.Create(stream);
        Assert.Equal(SKEncodedImageFormat.Jpeg, codec.EncodedFormat);
        Assert.InRange(PictureDecoder.FromEncoded(EncodedPictures.CmykJpeg, "inks").Pixels[0], 250, 255);
        double difference = DigitImage.Prepare(Seven).Zip(DigitImage.Prepare(EncodedPictures.CmykJpeg), (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(difference, 0, 6);
    }

    [Fact]
    public void Of_an_animated_GIF_the_first_picture_is_taken()
    {
        using MemoryStream stream = new(EncodedPictures.AnimatedGif);
        using SKCodec codec = SKCodec.Create(stream);
        Assert.Equal(2, codec.FrameCount);
        Assert.Equal(DigitImage.Prepare(Seven), DigitImage.Prepare(EncodedPictures.AnimatedGif));
    }

    [Theory]
    [InlineData(28, 28, 20)]
    [InlineData(56, 56, 40)]
    [InlineData(32, 48, 23)]
    [InlineData(33, 15, 11)]
    [InlineData(1, 1, 1)]
    public void In_an_image_of_another_size_the_digit_fills_as_much_as_in_MNIST_around_its_centre_of_mass(int height, int width, int side)
    {
        byte[] image = DigitImage.Prepare(Seven, height, width);
        Assert.Equal(height * width, image.Length);
        int[] lit = [.. Enumerable.Range(0, image.Length).Where(i => image[i] > 0)];
        Assert.Equal(side, lit.Max(i => i / width) - lit.Min(i => i / width) + 1);
        double mass = image.Sum(v => (double)v);
        Assert.InRange(lit.Sum(i => image[i] * (i % width)) / mass, width / 2.0 - 1.1, width / 2.0 + 0.6);
        Assert.InRange(lit.Sum(i => image[i] * (i / width)) / mass, height / 2.0 - 1.1, height / 2.0 + 0.6);
    }

    [Fact]
    public void Digits_that_are_found_and_pictures_of_a_folder_have_the_size_that_was_asked_for()
    {
        using MnistCnn.Tests.TemporaryFolder folder = new();
        foreach (string name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder[name]);
            File.WriteAllBytes(folder[Path.Combine(name, "seven.png")], Seven);
        }

        ImageFolder data = ImageFolder.Load(folder.Root, new ImageFolderOptions { Height = 24, Width = 20, Preparation = PicturePreparation.Digit },
            cancellationToken: TestContext.Current.CancellationToken);
        byte[] expected = DigitImage.Prepare(Seven, 24, 20);
        Assert.Equal(expected, data.GetImage(1).ToArray());
        Assert.Equal(expected, Assert.Single(DigitImage.FindDigits(Seven, 24, 20)).Image);
    }

    [Theory]
    [InlineData(0, 28, "height")]
    [InlineData(28, 1025, "width")]
    public void Sides_out_of_range_are_refused(int height, int width, string name)
    {
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => DigitImage.Prepare(Seven, height, width)).ParamName);
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => DigitImage.FindDigits(Seven, height, width)).ParamName);
    }
}
