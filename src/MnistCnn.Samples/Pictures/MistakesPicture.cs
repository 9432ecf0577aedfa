using MnistCnn.Samples.Results;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary><c>mistakes.png</c>: the mistakes that the network was surest of.</summary>
internal static class MistakesPicture
{
    private const int Columns = 6;
    private const int Most = 24;
    private const float Tile = 112;
    private const float Row = Tile + 46;

    public static void Save(string path, Measurement measurement)
    {
        IMnistDataset data = measurement.Data;
        IReadOnlyList<Misclassification> all = measurement.Result.Misclassified;
        Misclassification[] worst = [.. all.OrderByDescending(m => m.Probability).Take(Most)];
        int rows = Math.Max(1, (worst.Length + Columns - 1) / Columns);
        using Sheet sheet = new(24 + Columns * (Tile + 20) + 4, 84 + rows * Row + 8);
        string title = worst.Length == 0 ? "No mistakes" : $"The {worst.Length} surest of {all.Count:N0} mistakes";
        sheet.Text($"{title} on {measurement.Result.Count:N0} {measurement.DatasetName} test images", 24, 40, 20, Palette.Text, SKTextAlign.Left);
        sheet.Text("Orange: what the network said, and how probable it found that. Below: what it is.", 24, 62, 13, Palette.Quiet, SKTextAlign.Left);
        for (int i = 0; i < worst.Length; i++)
        {
            float x = 24 + i % Columns * (Tile + 20), y = 84 + i / Columns * Row;
            Misclassification mistake = worst[i];
            sheet.Pixels(data.GetImage(mistake.Index), data.Width, x, y, Tile, ink => new SKColor((byte)(255 - ink), (byte)(255 - ink), (byte)(255 - ink)));
            using SKPaint frame = new() { Color = Palette.Line, IsStroke = true, StrokeWidth = 1 };
            sheet.Canvas.DrawRect(x, y, Tile, Tile, frame);
            sheet.Text(measurement.ClassNames[mistake.Predicted], x, y + Tile + 18, 14, Palette.Wrong, SKTextAlign.Left);
            sheet.Text($"{mistake.Probability * 100:F1}%", x + Tile, y + Tile + 18, 12, Palette.Quiet, SKTextAlign.Right);
            sheet.Text($"is {measurement.ClassNames[mistake.Label]}", x, y + Tile + 34, 12, Palette.Text, SKTextAlign.Left);
        }

        sheet.Save(path);
    }
}
