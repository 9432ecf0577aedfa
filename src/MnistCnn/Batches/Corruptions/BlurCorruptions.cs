namespace MnistCnn.Batches;

/// <summary>Corruptions that mix neighbouring pixels.</summary>
internal static class BlurCorruptions
{
    /// <summary>
    /// Pixels change places with one up to some pixels above and to the left, each with probability ½, between two Gaussian filters along columns. Along
    /// columns alone, since the program of MNIST-C takes the rows
    /// of a grey image for its channels.
    /// </summary>
    public static void Glass(ImageWork image, float sigma, int reach, int rounds, ref ImageRandom random)
    {
        double[] pixels = GaussianFilter.Apply([.. image.Source.Select(p => (double)p)], image.Width, sigma, alongRows: false, repeatEdge: true);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Math.Floor(pixels[i] * 255) / 255;
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int y = image.Height - reach; y > reach; y--)
            {
                for (int x = image.Width - reach; x > reach; x--)
                {
                    if (random.NextBoolean(.5f))
                    {
                        (int right, int down) = (random.NextInt32(2 * reach) - reach, random.NextInt32(2 * reach) - reach);
                        int here = y * image.Width + x, there = here + down * image.Width + right;
                        (pixels[here], pixels[there]) = (pixels[there], pixels[here]);
                    }
                }
            }
        }

        double[] blurred = GaussianFilter.Apply(pixels, image.Width, sigma, alongRows: false, repeatEdge: true);
        for (int i = 0; i < blurred.Length; i++)
        {
            image.Result[i] = (float)blurred[i];
        }
    }

    /// <summary>
    /// A weighted mean of the pixels along a line that begins at the pixel, as ImageMagick's motion blur; weights are one half of a Gaussian.
    /// </summary>
    public static void Motion(ImageWork image, int radius, float sigma, ref ImageRandom random)
    {
        int length = 2 * radius + 1;
        (double sin, double cos) = Math.SinCos(random.NextSingle(-45, 45) * Math.PI / 180);
        double[] weights = [.. Enumerable.Range(0, length).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        double total = weights.Sum();
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                double sum = 0;
                for (int i = 0; i < length; i++)
                {
                    int fromX = Math.Clamp(x + (int)Math.Ceiling(i * cos - .5), 0, image.Width - 1);
                    int fromY = Math.Clamp(y + (int)Math.Ceiling(i * sin - .5), 0, image.Height - 1);
                    sum += weights[i] * image.Source[fromY * image.Width + fromX];
                }

                image.Result[y * image.Width + x] = (float)(sum / total);
            }
        }
    }
}
