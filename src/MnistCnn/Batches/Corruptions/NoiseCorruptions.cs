namespace MnistCnn.Batches;

/// <summary>Corruptions of each pixel by itself.</summary>
internal static class NoiseCorruptions
{
    /// <summary>A Poisson number of photons for each pixel, in proportion to its ink.</summary>
    public static void Shot(ImageWork image, float photons, ref ImageRandom random)
    {
        for (int i = 0; i < image.Source.Length; i++)
        {
            // Knuth's method: uniform numbers are multiplied until their product is below exp(−expected).
            double limit = Math.Exp(-image.Source[i] * photons), product = random.NextSingle(0, 1);
            int count = 0;
            for (; product > limit; count++)
            {
                product *= random.NextSingle(0, 1);
            }

            image.Result[i] = count / photons;
        }
    }

    /// <summary>A share of the pixels becomes black or white, equally often.</summary>
    public static void Impulse(ImageWork image, float share, ref ImageRandom random)
    {
        for (int i = 0; i < image.Source.Length; i++)
        {
            (bool isChanged, bool isWhite) = (random.NextBoolean(share), random.NextBoolean(.5f));
            image.Result[i] = isChanged ? isWhite ? 1 : 0 : image.Source[i];
        }
    }

    public static void Brighten(ImageWork image, float gain)
    {
        for (int i = 0; i < image.Source.Length; i++)
        {
            image.Result[i] = image.Source[i] + gain;
        }
    }

    /// <summary>Inverts the left and the right quarter.</summary>
    public static void InvertSides(ImageWork image)
    {
        for (int i = 0; i < image.Source.Length; i++)
        {
            int x = i % image.Width;
            image.Result[i] = x < image.Width / 4 || x >= image.Width - image.Width / 4 ? 1 - image.Source[i] : image.Source[i];
        }
    }
}
