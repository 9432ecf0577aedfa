using MnistCnn.Tests;
using SkiaSharp;

namespace MnistCnn.Imaging.Tests;

public sealed class NumberReaderTests(TrainedReader trained)
{
    [Fact]
    public void Numbers_of_MNIST_digits_in_a_grey_noisy_scan_are_found_and_read()
    {
        CnnPredictor predictor = trained.Predictor;
        MnistDataset test = MnistDataset.Load(RealMnist.Directory, MnistSplit.Test);
        NumberReader reader = new(predictor);
        (int boxes, int found, int right) = (0, 0, 0);
        for (int seed = 0; seed < 300; seed++)
        {
            NumberSheet sheet = NumberSheet.Compose(test, seed);
            NumberReading reading = reader.Read(sheet.Png);
            boxes += sheet.Boxes.Count;
            found += sheet.CountFound(reading.Digits.Select(digit => digit.Box));
            right += reading.Text == sheet.Text ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            FormattableString.Invariant($"{100.0 * found / boxes:F1}% of {boxes} boxes found, {right} of 300 numbers read right"));
        Assert.InRange((double)found / boxes, 0.9, 1);
        Assert.InRange(right, 255, 300);
    }

    [Fact]
    public void Test_images_enlarged_and_moved_dark_on_light_are_recognised_as_well_as_the_originals()
    {
        CnnPredictor predictor = trained.Predictor;
        MnistDataset test = MnistDataset.Load(RealMnist.Directory, MnistSplit.Test);
        Random random = new(1);
        (int original, int prepared) = (0, 0);
        float[] probabilities = new float[10];
        for (int i = 0; i < test.Count; i++)
        {
            original += ClassOf(test.GetImage(i)) == test.GetLabel(i) ? 1 : 0;
            prepared += ClassOf(DigitImage.Prepare(Enlarged(test.GetImage(i).ToArray(), random))) == test.GetLabel(i) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            FormattableString.Invariant($"accuracy {100.0 * original / test.Count:F2}%, prepared again {100.0 * prepared / test.Count:F2}%"));
        Assert.InRange(prepared, original - 0.003 * test.Count, test.Count);

        int ClassOf(ReadOnlySpan<byte> image)
        {
            predictor.Predict(image, probabilities);
            return Array.IndexOf(probabilities, probabilities.Max());
        }
    }

    [Fact]
    public void A_picture_without_ink_gives_no_digits_and_no_probability()
    {
        NumberReading reading = new NumberReader(trained.Predictor).Read(Drawing.Png(200, 80, (x, y) => (byte)(200 + (x * 7 + y * 13) % 5)));
        Assert.Equal(("", 0, 0f), (reading.Text, reading.Digits.Count, reading.Probability));
    }

    /// <summary>A picture of 280×280 with the digit at 5 to 8 times its size, somewhere.</summary>
    private static byte[] Enlarged(byte[] digit, Random random)
    {
        using SKBitmap small = new(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        digit.Select(pixel => (byte)(255 - pixel)).ToArray().CopyTo(small.GetPixelSpan());
        using SKBitmap large = new(new SKImageInfo(280, 280, SKColorType.Gray8, SKAlphaType.Opaque));
        using SKCanvas canvas = new(large);
        canvas.Clear(SKColors.White);
        float side = 28 * (5 + 3 * random.NextSingle());
        float left = (280 - side) * random.NextSingle(), top = (280 - side) * random.NextSingle();
        using SKImage image = SKImage.FromBitmap(small);
        canvas.DrawImage(image, new SKRect(left, top, left + side, top + side), new SKSamplingOptions(SKFilterMode.Linear));
        canvas.Flush();
        return large.Encode(SKEncodedImageFormat.Png, 90).ToArray();
    }
}
