using MnistCnn.Batches;
using MnistCnn.Training;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary>Some digits under each corruption, with the accuracy that the network has there.</summary>
internal static class RobustnessPicture
{
    private const int Shown = 10;
    private const float Tile = 52;
    private const float Left = 190;
    private const float Top = 84;
    private const float Row = Tile + 8;

    public static void Save(string path, IMnistDataset data, RobustnessResult result)
    {
        MnistDataset few = MnistDataset.FromMemory([.. Enumerable.Range(0, Math.Min(Shown, data.Count)).SelectMany(i => data.GetImage(i).ToArray())],
            [.. Enumerable.Range(0, Math.Min(Shown, data.Count)).Select(data.GetLabel)], data.Height, data.Width, data.ClassNames);
        using Sheet sheet = new(Left + Shown * (Tile + 6) + 24, Top + (result.Corrupted.Count + 1) * Row + 16);
        sheet.Text($"{100 * result.MeanAccuracy:F2}% right under corruption, {100 * result.Clean.Accuracy:F2}% without", 24, 40, 20, Palette.Text,
            SKTextAlign.Left);
        sheet.Text("Orange: corruptions of which the recipe robust has never seen the like.", 24, 62, 13, Palette.Quiet, SKTextAlign.Left);
        DrawRow(sheet, Top, "as they are", result.Clean.Accuracy, few, Palette.Text);
        for (int r = 0; r < result.Corrupted.Count; r++)
        {
            CorruptionResult row = result.Corrupted[r];
            DrawRow(sheet, Top + (r + 1) * Row, CorruptionNames.Of(row.Corruption, row.Severity), row.Result.Accuracy,
                new CorruptedDataset(few, row.Corruption, row.Severity), TrainingRecipe.CorruptionsUnseenByRobust.Contains(row.Corruption) ? Palette.Wrong
                    : Palette.Text);
        }

        sheet.Save(path);
    }

    private static void DrawRow(Sheet sheet, float y, string name, double accuracy, IMnistDataset images, SKColor color)
    {
        sheet.Text(name, 24, y + 24, 14, color, SKTextAlign.Left);
        sheet.Text($"{100 * accuracy:F2}%", 24, y + 42, 13, Palette.Quiet, SKTextAlign.Left);
        for (int i = 0; i < images.Count; i++)
        {
            sheet.Pixels(images.GetImage(i), images.Width, Left + i * (Tile + 6), y, Tile, ink =>
                new SKColor((byte)(255 - ink), (byte)(255 - ink), (byte)(255 - ink)));
        }
    }
}
