using MnistCnn.Metrics;
using MnistCnn.Samples.Results;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary><c>reliability.png</c>: how often the network was right, by how sure it said to be. On the diagonal its probabilities are true.</summary>
internal static class ReliabilityPicture
{
    private const float Left = 84;
    private const float Top = 92;
    private const float Side = 360;
    private const float CountHeight = 60;

    public static void Save(string path, Measurement measurement)
    {
        ReliabilityTable table = measurement.Result.Reliability!;
        using Sheet sheet = new(Left + Side + 40, Top + Side + CountHeight + 92);
        sheet.Text($"Expected calibration error {table.CalibrationError:F4}", 24, 40, 20, Palette.Text, SKTextAlign.Left);
        sheet.Text($"Of the images in a bar: how often the answer was right. {measurement.DatasetName}", 24, 62, 13, Palette.Quiet, SKTextAlign.Left);
        float width = Side / table.Bins.Count;
        int most = table.Bins.Max(bin => bin.Count);
        for (int b = 0; b < table.Bins.Count; b++)
        {
            ReliabilityBin bin = table.Bins[b];
            float x = Left + b * width, right = Side * (float)bin.Accuracy, sure = Side * (float)bin.Confidence;
            if (bin.Count > 0)
            {
                sheet.Rectangle(x + 1, Top + Side - right, width - 2, right, Palette.Right);
                sheet.Rectangle(x + 1, Top + Side - Math.Max(right, sure), width - 2, Math.Max(2, Math.Abs(right - sure)), Palette.Wrong);
                float counted = CountHeight * MathF.Log(1 + bin.Count) / MathF.Log(1 + most);
                sheet.Rectangle(x + 1, Top + Side + 42, width - 2, counted, Palette.Quiet);
            }
        }

        using SKPaint line = new() { Color = Palette.Text, IsAntialias = true, StrokeWidth = 1.2f };
        sheet.Canvas.DrawLine(Left, Top + Side, Left + Side, Top, line);
        foreach (int percent in new[] { 0, 50, 100 })
        {
            sheet.Text($"{percent}%", Left + Side * percent / 100f, Top + Side + 18, 12, Palette.Quiet);
            sheet.Text($"{percent}%", Left - 10, Top + Side - Side * percent / 100f + 4, 12, Palette.Quiet, SKTextAlign.Right);
        }

        sheet.Text("the probability that the network gave", Left + Side / 2, Top + Side + 34, 12, Palette.Text);
        sheet.Text("Orange: the gap to the probability. Grey: images, logarithmic.", 24, Top + Side + CountHeight + 70, 12, Palette.Quiet,
            SKTextAlign.Left);
        sheet.Save(path);
    }
}
