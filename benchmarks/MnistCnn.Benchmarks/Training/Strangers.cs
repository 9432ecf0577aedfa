using MnistCnn.Imaging;
using SkiaSharp;

namespace MnistCnn.Benchmarks.Training;

/// <summary>Pictures that show no digit.</summary>
internal static class Strangers
{
    private const int Side = 28;
    private const int Count = 2000;
    private const int Picture = 96;

    /// <summary>Without those of which a hand or a font makes something like a digit: B D G I J L O Q S T Y Z, a b e g i j l o q r s t y z.</summary>
    private const string Letters = "ACEFHKMNPRUVWXcdfhkmnpuvwx";

    private static readonly string[] Fonts = ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono"];

    public static IEnumerable<(string Name, IMnistDataset Data)> All(string? fashion)
    {
        yield return ("noise", Noise());
        yield return ("letters", Drawn());
        if (fashion is not null)
        {
            yield return ("Fashion-MNIST", MnistDataset.Load(fashion, MnistSplit.Test));
        }
    }

    /// <summary>The probability that a random digit scores higher than a random stranger: the area under the curve of hits over false alarms.</summary>
    public static double Separation(IEnumerable<float> digits, IEnumerable<float> strangers)
    {
        (float Score, bool IsDigit)[] all = [.. digits.Select(score => (score, true)).Concat(strangers.Select(score => (score, false))).OrderBy(pair =>
            pair.Item1)];
        double sumOfRanks = 0;
        for (int first = 0; first < all.Length;)
        {
            int end = first;
            while (end < all.Length && all[end].Score == all[first].Score)
            {
                end++;
            }

            sumOfRanks += all[first..end].Count(pair => pair.IsDigit) * ((first + 1 + end) / 2.0);
            first = end;
        }

        double count = all.Count(pair => pair.IsDigit);
        return (sumOfRanks - count * (count + 1) / 2) / (count * (all.Length - count));
    }

    private static MnistDataset Noise()
    {
        byte[] pixels = new byte[Count * Side * Side];
        new Random(1).NextBytes(pixels);
        return MnistDataset.FromMemory(pixels, new byte[Count], Side, Side);
    }

    /// <summary>Letters in several fonts, sizes, weights and slants, prepared as pictures of digits are.</summary>
    private static MnistDataset Drawn()
    {
        Random random = new(1);
        byte[] pixels = [.. Enumerable.Range(0, Count).SelectMany(i =>
        {
            using SKSurface surface = SKSurface.Create(new SKImageInfo(Picture, Picture));
            using SKTypeface typeface = SKTypeface.FromFamilyName(Fonts[i % Fonts.Length], random.Next(2) == 0 ? SKFontStyle.Normal : SKFontStyle.Bold);
            using SKFont font = new(typeface, random.Next(40, 70)) { SkewX = (float)random.NextDouble() * -.3f };
            using SKPaint paint = new() { Color = SKColors.Black, IsAntialias = true };
            surface.Canvas.Clear(SKColors.White);
            surface.Canvas.RotateDegrees(random.Next(-10, 11), Picture / 2, Picture / 2);
            surface.Canvas.DrawText($"{Letters[random.Next(Letters.Length)]}", Picture / 2, Picture * .7f, SKTextAlign.Center, font, paint);
            using SKImage image = surface.Snapshot();
            using SKData png = image.Encode();
            return DigitImage.Prepare(png.ToArray());
        })];
        return MnistDataset.FromMemory(pixels, new byte[Count], Side, Side);
    }
}
