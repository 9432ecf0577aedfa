using System.Globalization;

namespace MnistCnn.Imaging;

/// <summary>Decodes pictures to images of one size, on all cores.</summary>
internal static class PictureBatch
{
    private const int ProgressStep = 256;

    /// <returns>The pixels of all pictures, and for each the reason why it could not be read, or null.</returns>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static (byte[] Pixels, string?[] Faults) Decode(IReadOnlyList<PictureEntry> pictures, ImageFolderOptions options,
        IProgress<ImageFolderProgress>? progress, CancellationToken cancellationToken)
    {
        int size = options.Height * options.Width;
        byte[] pixels = new byte[(long)pictures.Count * size];
        string?[] faults = new string?[pictures.Count];
        int done = 0;
        Parallel.For(0, pictures.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                Prepare(pictures[i].Path, options, pixels.AsSpan(i * size, size));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                faults[i] = exception is PictureFormatException ? exception.Message
                    : string.Create(CultureInfo.InvariantCulture, $"'{pictures[i].Path}': {exception.Message}");
            }

            int now = Interlocked.Increment(ref done);
            if (now % ProgressStep == 0 || now == pictures.Count)
            {
                progress?.Report(new ImageFolderProgress(now, pictures.Count));
            }
        });
        return (pixels, faults);
    }

    private static void Prepare(string path, ImageFolderOptions options, Span<byte> image)
    {
        GreyPicture picture = PictureDecoder.FromFile(path);
        if (options.Preparation == PicturePreparation.Digit)
        {
            DigitImage.Prepare(picture, path, new ImageSize(options.Height, options.Width)).CopyTo(image);
            return;
        }

        float[] scaled = picture.Width == options.Width && picture.Height == options.Height
            ? picture.Pixels
            : AreaResampling.Resize(picture.Pixels, picture.Width, picture.Height, options.Width, options.Height);
        bool dark = options.Preparation == PicturePreparation.DarkInk;
        for (int i = 0; i < image.Length; i++)
        {
            float value = Math.Clamp(MathF.Round(scaled[i]), 0, 255);
            image[i] = (byte)(dark ? 255 - value : value);
        }
    }
}
