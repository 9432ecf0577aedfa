using MnistCnn.Imaging;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary>A picture in which the digits that were read are framed and named.</summary>
internal static class NumberPicture
{
    private const float Gap = 3;

    /// <summary>Writes the picture as PNG, under the name of its source, into a folder.</summary>
    public static void Write(string source, NumberReading reading, string folder)
    {
        using SKCodec codec = SKCodec.Create(source) ?? throw new IOException($"'{source}': expected a picture, found something else.");
        using SKBitmap decoded = SKBitmap.Decode(codec);
        using SKBitmap upright = Upright(decoded, codec.EncodedOrigin);
        using SKCanvas canvas = new(upright);
        using SKPaint frame = new() { Color = SKColors.Red, Style = SKPaintStyle.Stroke, StrokeWidth = Math.Max(1, upright.Height / 100f) };
        using SKPaint ink = new() { Color = SKColors.Red, IsAntialias = true };
        using SKFont font = new(EmbeddedFont.Typeface, Math.Max(10, upright.Height / 8f));
        foreach (ReadDigit digit in reading.Digits)
        {
            canvas.DrawRect(digit.Box.Left - Gap, digit.Box.Top - Gap, digit.Box.Width + 2 * Gap, digit.Box.Height + 2 * Gap, frame);
            float baseline = digit.Box.Top > font.Size + 2 * Gap ? digit.Box.Top - 2 * Gap : digit.Box.Bottom + font.Size + Gap;
            canvas.DrawText(digit.ClassName, digit.Box.Left, baseline, font, ink);
        }

        canvas.Flush();
        Directory.CreateDirectory(folder);
        using FileStream file = File.Create(Path.Combine(folder, Path.GetFileNameWithoutExtension(source) + ".png"));
        upright.Encode(file, SKEncodedImageFormat.Png, 90);
    }

    /// <summary>A colour copy to draw on, turned as the boxes were found.</summary>
    private static SKBitmap Upright(SKBitmap picture, SKEncodedOrigin origin)
    {
        int degrees = origin switch
        {
            SKEncodedOrigin.BottomRight => 180,
            SKEncodedOrigin.RightTop => 90,
            SKEncodedOrigin.LeftBottom => 270,
            _ => 0,
        };
        (int width, int height) = degrees % 180 == 0 ? (picture.Width, picture.Height) : (picture.Height, picture.Width);
        SKBitmap copy = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        using SKCanvas canvas = new(copy);
        canvas.Clear(SKColors.White);
        canvas.Translate(width / 2f, height / 2f);
        canvas.RotateDegrees(degrees);
        canvas.DrawBitmap(picture, -picture.Width / 2f, -picture.Height / 2f);
        return copy;
    }
}
