using SkiaSharp;

namespace MnistCnn.Samples;

/// <summary>Pictures of one digit, PNG or JPEG of any size, dark on light or light on dark, to the 784 bytes that the model takes.</summary>
internal static class ImagePreparation
{
    /// <summary>The largest picture that is decoded, in pixels: a photograph of 6,000 × 4,000.</summary>
    public const long MaximumPixels = 24_000_000;

    private const int MaximumBytes = 64 << 20;

    /// <summary>The part of the strongest ink that JPEG's artefacts stay below.</summary>
    private const float JpegTolerance = 0.12f;

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">A PNG or JPEG file.</param>
    /// <returns>784 bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="FormatException">The file is no picture of those kinds, is damaged or too large, or shows no ink.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] FromFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new FormatException($"'{path}': expected a PNG or JPEG file, found a folder.");
        }

        FileInfo file = new(path);
        return file.Exists && file.Length > MaximumBytes
            ? throw new FormatException($"'{path}': expected a picture of at most {MaximumBytes} bytes, found {file.Length}.")
            : FromEncoded(File.ReadAllBytes(path), $"'{path}'");
    }

    /// <summary>Reads a PNG picture in memory.</summary>
    /// <param name="png">The bytes of a PNG file.</param>
    /// <returns>784 bytes row by row, 0 background to 255 ink.</returns>
    /// <exception cref="FormatException">The bytes are no PNG, are damaged or too large, or show no ink.</exception>
    public static byte[] FromPng(byte[] png) => png is [0x89, (byte)'P', (byte)'N', (byte)'G', ..]
        ? FromEncoded(png, "PNG")
        : throw new FormatException($"PNG: expected a PNG picture, found {png.Length} bytes of something else.");

    private static byte[] FromEncoded(byte[] encoded, string name)
    {
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg))
        {
            throw new FormatException($"{name}: expected a PNG or JPEG picture, found {codec?.EncodedFormat.ToString() ?? "something else"}.");
        }

        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MaximumPixels)
        {
            throw new FormatException($"{name}: expected at most {MaximumPixels} pixels, found {width} x {height}.");
        }

        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new FormatException($"{name}: expected a whole picture, found a damaged one ({result}).");
        }

        float[] grey = Upright(ToGrey(bitmap.GetPixelSpan()), ref width, height, codec.EncodedOrigin);
        return DigitCentering.Center(grey, width, codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? JpegTolerance : 0)
            ?? throw new FormatException($"{name}: expected a digit, found no ink.");
    }

    private static float[] ToGrey(ReadOnlySpan<byte> rgba)
    {
        float[] grey = new float[rgba.Length / 4];
        double sum = 0;
        double opacity = 0;
        for (int i = 0; i < grey.Length; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.Slice(i * 4, 4);
            // Luma of ITU-R BT.601, in integers so that grey stays exactly what it is.
            grey[i] = ((299 * pixel[0]) + (587 * pixel[1]) + (114 * pixel[2])) / 1000f;
            sum += grey[i] * pixel[3];
            opacity += pixel[3];
        }

        // Where the picture is transparent, the paper is white under dark ink and black under light ink.
        float paper = sum < 127.5 * opacity ? 255 : 0;
        for (int i = 0; i < grey.Length; i++)
        {
            float alpha = rgba[(i * 4) + 3] / 255f;
            grey[i] = (grey[i] * alpha) + (paper * (1 - alpha));
        }

        return grey;
    }

    /// <summary>Turns a photograph as its EXIF orientation asks for.</summary>
    private static float[] Upright(float[] grey, ref int width, int height, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
        {
            return grey;
        }

        bool swapped = origin >= SKEncodedOrigin.LeftTop;
        (int turnedWidth, int turnedHeight) = swapped ? (height, width) : (width, height);
        float[] turned = new float[grey.Length];
        for (int y = 0; y < turnedHeight; y++)
        {
            for (int x = 0; x < turnedWidth; x++)
            {
                (int right, int bottom) = (turnedWidth - 1 - x, turnedHeight - 1 - y);
                (int sourceX, int sourceY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (right, y),
                    SKEncodedOrigin.BottomRight => (right, bottom),
                    SKEncodedOrigin.BottomLeft => (x, bottom),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, right),
                    SKEncodedOrigin.RightBottom => (bottom, right),
                    _ => (bottom, x),
                };
                turned[(y * turnedWidth) + x] = grey[(sourceY * width) + sourceX];
            }
        }

        width = turnedWidth;
        return turned;
    }
}
