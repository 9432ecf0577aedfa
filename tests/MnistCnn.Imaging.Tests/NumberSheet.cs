using SkiaSharp;

namespace MnistCnn.Imaging.Tests;

/// <summary>
/// A written number composed of images of a data set, as a scan shows it: random size, slant, spacing and height of the line, grey paper, noise.
/// </summary>
/// <param name="Png">The picture.</param>
/// <param name="Text">The number.</param>
/// <param name="Boxes">Where the ink of each digit is.</param>
internal sealed record NumberSheet(byte[] Png, string Text, IReadOnlyList<PictureBox> Boxes)
{
    private const double FaintestInk = 0.25;

    public static NumberSheet Compose(IMnistDataset digits, int seed)
    {
        Random random = new(seed);
        double scale = 1.2 + 2.8 * random.NextDouble();
        double slant = 0.7 * random.NextDouble() - 0.35;
        int margin = (int)(10 * scale);
        (int height, int width) = ((int)(48 * scale), margin);
        List<(double[] Ink, int Width, int Left, int Top)> placed = [];
        string text = "";
        for (int count = random.Next(3, 9); count > 0; count--)
        {
            int index = random.Next(digits.Count);
            text += digits.ClassNames[digits.GetLabel(index)];
            (double[] ink, int inkWidth) = Render(digits.GetImage(index), scale * (0.9 + 0.2 * random.NextDouble()), slant);
            int free = height - ink.Length / inkWidth;
            placed.Add((ink, inkWidth, width, Math.Clamp((int)(free * (0.3 + 0.4 * random.NextDouble())), 0, free)));
            width += inkWidth + (int)(scale * (2 + 10 * random.NextDouble()));
        }

        width += margin;
        double[] sheet = new double[width * height];
        foreach ((double[] ink, int inkWidth, int left, int top) in placed)
        {
            for (int i = 0; i < ink.Length; i++)
            {
                int at = (top + i / inkWidth) * width + left + i % inkWidth;
                sheet[at] = Math.Max(sheet[at], ink[i]);
            }
        }

        PictureBox[] boxes = [.. placed.Select(digit => new PictureBox(digit.Left, digit.Top, digit.Width, digit.Ink.Length / digit.Width))];
        return new NumberSheet(Scan(sheet, width, height, random), text, boxes);
    }

    /// <summary>How many boxes have a found one that shares at least half of their common area.</summary>
    public int CountFound(IEnumerable<PictureBox> found) => Boxes.Count(box => found.Any(other =>
    {
        double common = (double)Math.Max(0, Math.Min(box.Right, other.Right) - Math.Max(box.Left, other.Left)) * Math.Max(0,
            Math.Min(box.Bottom, other.Bottom) - Math.Max(box.Top, other.Top));
        return common / ((double)box.Width * box.Height + (double)other.Width * other.Height - common) >= 0.5;
    }));

    /// <summary>The ink of a digit, scaled and sheared, in its own box.</summary>
    private static (double[] Ink, int Width) Render(ReadOnlySpan<byte> image, double scale, double slant)
    {
        int size = (int)(48 * scale);
        double[] canvas = new double[size * size];
        (int left, int right, int top, int bottom) = (size, -1, size, -1);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                double sourceY = (y - size / 2.0) / scale + 13.5;
                double value = Sample(image, (x - size / 2.0) / scale + slant * (sourceY - 13.5) + 13.5, sourceY);
                canvas[y * size + x] = value;
                if (value >= FaintestInk)
                {
                    (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
                }
            }
        }

        int width = right - left + 1;
        double[] ink = new double[width * (bottom - top + 1)];
        for (int i = 0; i < ink.Length; i++)
        {
            ink[i] = canvas[(top + i / width) * size + left + i % width];
        }

        return (ink, width);
    }

    private static double Sample(ReadOnlySpan<byte> image, double x, double y)
    {
        (int column, int row) = ((int)Math.Floor(x), (int)Math.Floor(y));
        (double right, double down) = (x - column, y - row);
        return (At(image, column, row) * (1 - right) + At(image, column + 1, row) * right) * (1 - down)
            + (At(image, column, row + 1) * (1 - right) + At(image, column + 1, row + 1) * right) * down;

        static double At(ReadOnlySpan<byte> image, int x, int y) => x is >= 0 and < 28 && y is >= 0 and < 28 ? image[y * 28 + x] / 255.0 : 0;
    }

    private static byte[] Scan(double[] sheet, int width, int height, Random random)
    {
        (double paper, double ink, double noise) = (170 + 65 * random.NextDouble(), 20 + 70 * random.NextDouble(), 3 + 7 * random.NextDouble());
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, width);
            for (int x = 0; x < width; x++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                row[x] = (byte)Math.Clamp(paper + (ink - paper) * sheet[y * width + x] + noise * normal, 0, 255);
            }
        }

        return bitmap.Encode(SKEncodedImageFormat.Png, 90).ToArray();
    }
}
