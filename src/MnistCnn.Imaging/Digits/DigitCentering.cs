namespace MnistCnn.Imaging;

/// <summary>
/// Makes of a grey picture of one digit what the makers of MNIST made of theirs: ink bright on black, cropped, scaled with anti-aliasing so that the larger
/// side is 20 pixels, and placed with its centre of mass in the middle of 28×28; in images of another size, in proportion. A digit of MNIST comes
/// out as it went in.
/// Source: http://yann.lecun.com/exdb/mnist.
/// </summary>
internal static class DigitCentering
{
    /// <summary>Below this much deviation from the background (of 255) there is no ink.</summary>
    private const float FaintestInk = 16;

    /// <summary>Digits at least this bright are left as bright as they are.</summary>
    private const float BrightEnough = 250;

    /// <summary>Centres a digit.</summary>
    /// <param name="grey">Pixels row by row, 0 black to 255 white, dark on light or light on dark.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="relativeTolerance">
    /// The part of the strongest ink below which a pixel counts as background: 0 for exact pictures, more for lossy ones.
    /// </param>
    /// <param name="size">The size of the result.</param>
    /// <returns>The image row by row, 0 background to 255 ink; null where there is no ink.</returns>
    public static byte[]? Center(ReadOnlySpan<float> grey, int width, float relativeTolerance, ImageSize size) =>
        CenterInk(ToInk(grey, width, relativeTolerance), width, size);

    /// <summary>Centres a digit whose ink is known.</summary>
    /// <param name="ink">Pixels row by row, 0 where there is no ink, to 255.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="size">The size of the result.</param>
    /// <returns>The image row by row, 0 background to 255 ink; null where there is no ink.</returns>
    public static byte[]? CenterInk(ReadOnlySpan<float> ink, int width, ImageSize size)
    {
        if (Bounds(ink, width) is not { } bounds)
        {
            return null;
        }

        double scale = (double)size.DigitSide / Math.Max(bounds.Width, bounds.Height);
        int scaledWidth = Math.Max(1, (int)Math.Round(bounds.Width * scale));
        int scaledHeight = Math.Max(1, (int)Math.Round(bounds.Height * scale));
        float[] cropped = new float[bounds.Width * bounds.Height];
        for (int y = 0; y < bounds.Height; y++)
        {
            ink.Slice((bounds.Top + y) * width + bounds.Left, bounds.Width).CopyTo(cropped.AsSpan(y * bounds.Width));
        }

        float[] digit = AreaResampling.Resize(cropped, bounds.Width, bounds.Height, scaledWidth, scaledHeight);
        return Place(digit, scaledWidth, scaledHeight, size);
    }

    private static float[] ToInk(ReadOnlySpan<float> grey, int width, float relativeTolerance)
    {
        float[] border = Border(grey, width);
        float background = border[border.Length / 2];
        double darker = 0;
        double lighter = 0;
        foreach (float value in grey)
        {
            darker += Math.Max(0, background - value);
            lighter += Math.Max(0, value - background);
        }

        float direction = darker > lighter ? -1 : 1;
        float[] ink = new float[grey.Length];
        float strongest = 0;
        for (int i = 0; i < ink.Length; i++)
        {
            ink[i] = Math.Max(0, (grey[i] - background) * direction);
            strongest = Math.Max(strongest, ink[i]);
        }

        // The border is background but for a digit that touches it: nine tenths of it tell how grainy the background is.
        float[] noise = [.. border.Select(value => Math.Max(0, (value - background) * direction)).Order()];
        float threshold = Math.Max(Math.Min(2 * noise[noise.Length * 9 / 10], strongest / 3), relativeTolerance * strongest);
        for (int i = 0; i < ink.Length; i++)
        {
            ink[i] = strongest < FaintestInk || ink[i] <= threshold ? 0 : ink[i];
        }

        return ink;
    }

    private static float[] Border(ReadOnlySpan<float> grey, int width)
    {
        List<float> border = [];
        border.AddRange(grey[..width]);
        border.AddRange(grey[^width..]);
        for (int row = width; row < grey.Length - width; row += width)
        {
            border.Add(grey[row]);
            border.Add(grey[row + width - 1]);
        }

        return [.. border.Order()];
    }

    private static (int Left, int Top, int Width, int Height)? Bounds(ReadOnlySpan<float> ink, int width)
    {
        int height = ink.Length / width;
        (int left, int right, int top, int bottom) = (width, -1, height, -1);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<float> row = ink.Slice(y * width, width);
            int first = row.IndexOfAnyExcept(0f);
            if (first >= 0)
            {
                (left, right) = (Math.Min(left, first), Math.Max(right, row.LastIndexOfAnyExcept(0f)));
                (top, bottom) = (Math.Min(top, y), y);
            }
        }

        return right < 0 ? null : (left, top, right - left + 1, bottom - top + 1);
    }

    private static byte[] Place(ReadOnlySpan<float> digit, int width, int height, ImageSize size)
    {
        double mass = 0;
        double massX = 0;
        double massY = 0;
        float brightest = 0;
        for (int i = 0; i < digit.Length; i++)
        {
            mass += digit[i];
            massX += digit[i] * (i % width);
            massY += digit[i] * (i / width);
            brightest = Math.Max(brightest, digit[i]);
        }

        // In MNIST the centre of mass, in indices of pixels, lies between 13.5 and 14.5.
        int left = Math.Clamp((int)Math.Round(size.Width / 2.0 - massX / mass), 0, size.Width - width);
        int top = Math.Clamp((int)Math.Round(size.Height / 2.0 - massY / mass), 0, size.Height - height);
        float gain = brightest < BrightEnough ? 255 / brightest : 1;
        byte[] image = new byte[size.Height * size.Width];
        for (int i = 0; i < digit.Length; i++)
        {
            image[(top + i / width) * size.Width + left + i % width] = (byte)Math.Clamp(MathF.Round(digit[i] * gain), 0, 255);
        }

        return image;
    }
}
