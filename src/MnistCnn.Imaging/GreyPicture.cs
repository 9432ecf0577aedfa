namespace MnistCnn.Imaging;

/// <summary>A decoded picture.</summary>
/// <param name="Pixels">Row by row, 0 black to 255 white.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="IsLossy">Whether the format leaves faint traces around edges.</param>
internal sealed record GreyPicture(float[] Pixels, int Width, int Height, bool IsLossy)
{
    /// <exception cref="ArgumentException">The bytes are no whole rows, none, or more than a picture may have.</exception>
    public static GreyPicture Of(ReadOnlySpan<byte> grey, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (grey.IsEmpty || grey.Length % width != 0 || grey.Length > PictureDecoder.MaximumPixels)
        {
            throw new ArgumentException($"Expected whole rows of {width} pixels, 1 to {PictureDecoder.MaximumPixels} in all, found {grey.Length}.",
                nameof(grey));
        }

        float[] pixels = new float[grey.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = grey[i];
        }

        return new GreyPicture(pixels, width, grey.Length / width, IsLossy: false);
    }
}
