namespace MnistCnn.Batches;

/// <summary>Lines that are drawn over an image from the left to the right.</summary>
internal static class LineCorruptions
{
    private const double Fade = 2.3;
    private const int SidesOfZigzag = 2;

    /// <summary>A straight line with every other pair of columns left out.</summary>
    public static void DottedLine(ImageWork image, ref ImageRandom random)
    {
        image.Source.CopyTo(image.Result, 0);
        (int fromRow, int toRow) = (random.NextInt32(image.Height - 1), random.NextInt32(image.Height - 1));
        Draw(image, (0, fromRow), (image.Width - 1, toRow), column => column / 2 % 2 == 1);
    }

    /// <summary>A zigzag of strokes 2 columns wide and 4 rows high, nearly level.</summary>
    public static void Zigzag(ImageWork image, ref ImageRandom random)
    {
        const double Length = 2, Height = 2;
        image.Source.CopyTo(image.Result, 0);
        int left = SidesOfZigzag, right = image.Width - 1 - SidesOfZigzag, row = random.NextInt32(image.Height - 1);
        double angle = Math.Atan((random.NextInt32(10) - 5) / (double)(right - left)), whole = (right - left) / Math.Cos(angle);
        List<(double X, double Y)> corners = [(0, 0)];
        for (int i = 0; i <= (int)Math.Floor((whole - Length) / (2 * Length)); i++)
        {
            corners.Add(((2 * i + 1) * Length, (i % 2 == 0 ? 1 : -1) * Height));
        }

        double last = 2 * Length * Math.Floor(whole / (2 * Length));
        if (whole != last)
        {
            corners.Add((whole, corners[^1].Y / (2 * (whole - last))));
        }

        (double sin, double cos) = Math.SinCos(angle);
        (double X, double Y)[] turned = [.. corners.Select(c => (cos * c.X - sin * c.Y + left, sin * c.X + cos * c.Y + row))];
        for (int i = 1; i < turned.Length; i++)
        {
            Draw(image, turned[i - 1], turned[i], static _ => true);
        }
    }

    /// <summary>Adds a line whose ink is 1 + log(1 − d / 2.3) at a vertical distance of d pixels, and clips the sum.</summary>
    private static void Draw(ImageWork image, (double X, double Y) from, (double X, double Y) to, Func<int, bool> isDrawn)
    {
        if (from.X == to.X)
        {
            return;
        }

        double slope = (to.Y - from.Y) / (to.X - from.X);
        for (int x = Math.Max(0, (int)Math.Floor(from.X)); x < Math.Min(image.Width, (int)Math.Ceiling(to.X)); x++)
        {
            for (int y = 0; y < image.Height && isDrawn(x); y++)
            {
                double distance = Math.Abs(y - (slope * (x - from.X) + from.Y));
                double ink = distance < Fade ? Math.Max(0, 1 + Math.Log(1 - distance / Fade)) : 0;
                ref float pixel = ref image.Result[y * image.Width + x];
                pixel = (float)Math.Clamp(pixel + ink, 0, 1);
            }
        }
    }
}
