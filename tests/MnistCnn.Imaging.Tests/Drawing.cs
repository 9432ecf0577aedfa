using SkiaSharp;

namespace MnistCnn.Imaging.Tests;

/// <summary>Pictures drawn by a function of the pixel's place.</summary>
internal static class Drawing
{
    public static byte[] Encode(int width, int height, Func<int, int, SKColor> color, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int i = 0; i < width * height; i++)
        {
            SKColor pixel = color(i % width, i / width);
            (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3]) = (pixel.Red, pixel.Green, pixel.Blue, pixel.Alpha);
        }

        return bitmap.Encode(format, 90).ToArray();
    }

    public static byte[] Png(int width, int height, Func<int, int, byte> grey) =>
        Encode(width, height, (x, y) => new SKColor(grey(x, y), grey(x, y), grey(x, y)));

    /// <summary>A seven of strokes, in units of its own height.</summary>
    public static bool IsSeven(double x, double y) => x is >= 0 and <= 0.6 && y is >= 0 and <= 1 && (y < 0.12 || Math.Abs(x - (0.6 - 0.4 * y)) < 0.07);
}
