namespace MnistCnn.Batches;

/// <summary>Fog: the corner of a plasma fractal (diamond-square on a torus, Fournier, Fussell and Carpenter, 1982) is added, and the sum scaled back.</summary>
internal static class Fog
{
    private const int Side = 256;

    /// <param name="image">The image.</param>
    /// <param name="density">The weight of the fog; that of the image is 1.</param>
    /// <param name="decay">By what the random part of a height shrinks as the distance of points is halved.</param>
    /// <param name="random">Random numbers.</param>
    public static void Add(ImageWork image, float density, float decay, ref ImageRandom random)
    {
        float[] heights = Plasma(decay, ref random);
        float lowest = heights.Min(), span = heights.Max() - lowest, lightest = image.Source.Max();
        for (int i = 0; i < image.Source.Length; i++)
        {
            float fog = (heights[i / image.Width % Side * Side + i % image.Width % Side] - lowest) / span;
            image.Result[i] = (image.Source[i] + density * fog) * lightest / (lightest + density);
        }
    }

    private static float[] Plasma(float decay, ref ImageRandom random)
    {
        float[] heights = new float[Side * Side];
        float wobble = 100;
        for (int step = Side; step >= 2; step /= 2, wobble /= decay)
        {
            int half = step / 2;
            // The amplitude is the square of the wobble, as in the program of MNIST-C.
            for (int y = 0; y < Side; y += step)
            {
                for (int x = 0; x < Side; x += step)
                {
                    Set(heights, x + half, y + half, At(heights, x, y) + At(heights, x + step, y) + At(heights, x, y + step) + At(heights, x + step, y + step),
                        wobble * random.NextSingle(-wobble, wobble));
                }
            }

            for (int y = 0; y < Side; y += half)
            {
                for (int x = y % step == 0 ? half : 0; x < Side; x += step)
                {
                    Set(heights, x, y, At(heights, x - half, y) + At(heights, x + half, y) + At(heights, x, y - half) + At(heights, x, y + half),
                        wobble * random.NextSingle(-wobble, wobble));
                }
            }
        }

        return heights;
    }

    private static float At(float[] heights, int x, int y) => heights[(y & (Side - 1)) * Side + (x & (Side - 1))];

    private static void Set(float[] heights, int x, int y, float sum, float change) => heights[(y & (Side - 1)) * Side + (x & (Side - 1))] = sum / 4 + change;
}
