using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary><c>filters.png</c>: the 3×3 filters of the first convolution, and what each makes of one image.</summary>
internal static class FiltersPicture
{
    private const int Size = 3;
    private const int Columns = 8;
    private const float Tile = 72;
    private const float Gap = 18;
    private const float Group = 2 * Tile + 30;

    /// <param name="path">Where to write.</param>
    /// <param name="weights">[filters, 1, 3, 3], row by row.</param>
    /// <param name="biases">[filters]</param>
    /// <param name="image">An image, row by row, 0 to 255.</param>
    /// <param name="width">The width of the image.</param>
    public static void Save(string path, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ReadOnlySpan<byte> image, int width)
    {
        float largest = 0;
        foreach (float weight in weights)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        int rows = (biases.Length + Columns - 1) / Columns;
        const float Left = 24 + Tile + 34;
        using Sheet sheet = new(Left + Columns * (Tile + Gap) + 6, 92 + rows * Group);
        sheet.Text($"The {biases.Length} filters of the first layer", 24, 40, 20, Palette.Text, SKTextAlign.Left);
        sheet.Text("Teal weighs ink for, orange against. Below each filter: where it responds to the image on the left.", 24, 62, 13, Palette.Quiet,
            SKTextAlign.Left);
        sheet.Pixels(image, width, 24, 88 + (rows * Group - 30 - Tile) / 2, Tile, ink => Palette.Mix(SKColors.White, Palette.Text, ink / 255.0));
        for (int i = 0; i < biases.Length; i++)
        {
            float x = Left + i % Columns * (Tile + Gap), y = 88 + i / Columns * Group;
            ReadOnlySpan<float> filter = weights.Slice(i * Size * Size, Size * Size);
            sheet.Pixels(filter, Size, x, y, Tile, w => Palette.Mix(SKColors.White, w > 0 ? Palette.Right : Palette.Wrong, Math.Abs(w) / largest));
            float[] response = Respond(filter, biases[i], image, width);
            float strongest = Math.Max(1e-6f, response.Max());
            sheet.Pixels<float>(response, (width - Size) / 2 + 1, x, y + Tile + 4, Tile, r => Palette.Mix(SKColors.White, Palette.Text, r / strongest));
            using SKPaint frame = new() { Color = Palette.Line, IsStroke = true, StrokeWidth = 1 };
            sheet.Canvas.DrawRect(x, y, Tile, Tile, frame);
            sheet.Canvas.DrawRect(x, y + Tile + 4, Tile, Tile, frame);
        }

        sheet.Save(path);
    }

    /// <summary>Convolution with stride 2 and ReLU, as the first layer does it.</summary>
    private static float[] Respond(ReadOnlySpan<float> filter, float bias, ReadOnlySpan<byte> image, int width)
    {
        int height = image.Length / width, columns = (width - Size) / 2 + 1, rows = (height - Size) / 2 + 1;
        float[] response = new float[rows * columns];
        for (int i = 0; i < response.Length; i++)
        {
            int y = i / columns * 2, x = i % columns * 2;
            float sum = bias;
            for (int k = 0; k < Size * Size; k++)
            {
                sum += filter[k] * image[(y + k / Size) * width + x + k % Size] / 255f;
            }

            response[i] = Math.Max(0, sum);
        }

        return response;
    }
}
