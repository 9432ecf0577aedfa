using System.Globalization;
using SkiaSharp;

namespace MnistCnn.Imaging;

/// <summary>Decodes PNG, JPEG, GIF, BMP and WebP to grey, turned upright; of an animation the first picture.</summary>
internal static class PictureDecoder
{
    /// <summary>The largest picture that is decoded, in pixels: a photograph of 6,000 × 4,000.</summary>
    public const long MaximumPixels = 24_000_000;

    private const int MaximumBytes = 64 << 20;

    /// <summary>JPEG spends at least one bit on a block of 64 pixels, 512 pixels a byte: a header that declares more than twice that is damaged.</summary>
    private const long MaximumPixelsPerJpegByte = 1024;

    /// <exception cref="PictureFormatException">The file is no picture, is damaged or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GreyPicture FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new PictureFormatException(path, "a picture file", "a folder");
        }

        FileInfo file = new(path);
        return file.Exists && file.Length > MaximumBytes
            ? throw new PictureFormatException(path, string.Create(CultureInfo.InvariantCulture, $"a picture of at most {MaximumBytes} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"{file.Length}"))
            : FromEncoded(File.ReadAllBytes(path), path);
    }

    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static GreyPicture FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        string name = stream is FileStream file ? file.Name : "(stream)";
        using MemoryStream copy = new();
        byte[] buffer = new byte[64 << 10];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            copy.Write(buffer, 0, read);
            if (copy.Length > MaximumBytes)
            {
                throw new PictureFormatException(name, string.Create(CultureInfo.InvariantCulture, $"a picture of at most {MaximumBytes} bytes"), "more");
            }
        }

        return FromEncoded(copy.GetBuffer().AsSpan(0, (int)copy.Length), name);
    }

    /// <exception cref="PictureFormatException">The data is no picture, is damaged or too large.</exception>
    public static GreyPicture FromEncoded(ReadOnlySpan<byte> encoded, string name)
    {
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat is not (
            SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Gif or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Webp))
        {
            throw new PictureFormatException(
                name, "a PNG, JPEG, GIF, BMP or WebP picture",
                codec?.EncodedFormat.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"{encoded.Length} bytes of something else"));
        }

        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height is < 1 or > MaximumPixels)
        {
            throw new PictureFormatException(name, string.Create(CultureInfo.InvariantCulture, $"1 to {MaximumPixels} pixels"),
                string.Create(CultureInfo.InvariantCulture, $"{width} x {height}"));
        }

        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && (long)width * height > MaximumPixelsPerJpegByte * encoded.Length)
        {
            throw new PictureFormatException(
                name,
                string.Create(CultureInfo.InvariantCulture,
                    $"at least {(long)width * height / MaximumPixelsPerJpegByte + 1} bytes for a JPEG of {width} x {height}"),
                string.Create(CultureInfo.InvariantCulture, $"{encoded.Length}"));
        }

        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new PictureFormatException(name, "a whole picture", $"a damaged one ({result})");
        }

        float[] grey = Upright(ToGrey(bitmap.GetPixelSpan()), ref width, ref height, codec.EncodedOrigin);
        return new GreyPicture(grey, width, height, codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp);
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
            grey[i] = (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000f;
            sum += grey[i] * pixel[3];
            opacity += pixel[3];
        }

        // Where the picture is transparent, the paper is white under dark ink and black under light ink.
        float paper = sum < 127.5 * opacity ? 255 : 0;
        for (int i = 0; i < grey.Length; i++)
        {
            float alpha = rgba[i * 4 + 3] / 255f;
            grey[i] = grey[i] * alpha + paper * (1 - alpha);
        }

        return grey;
    }

    /// <summary>Turns a photograph as its EXIF orientation asks for.</summary>
    private static float[] Upright(float[] grey, ref int width, ref int height, SKEncodedOrigin origin)
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
                turned[y * turnedWidth + x] = grey[sourceY * width + sourceX];
            }
        }

        (width, height) = (turnedWidth, turnedHeight);
        return turned;
    }
}
