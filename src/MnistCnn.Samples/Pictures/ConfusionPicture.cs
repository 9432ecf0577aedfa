using MnistCnn.Metrics;
using MnistCnn.Samples.Results;
using SkiaSharp;

namespace MnistCnn.Samples.Pictures;

/// <summary><c>confusion.png</c>: true classes in rows, predicted ones in columns; hits teal, mistakes orange, darker for more.</summary>
internal static class ConfusionPicture
{
    private const float Cell = 46;
    private const float Top = 118;

    public static void Save(string path, Measurement measurement)
    {
        IReadOnlyList<string> names = measurement.ClassNames;
        ConfusionTable counts = measurement.Confusion;
        int classes = names.Count;
        bool slanted = names.Any(n => n.Length > 3);
        float left = Math.Max(64, names.Max(n => Sheet.WidthOf(n, 14)) + 40), right = slanted ? 60 : 28;
        float top = slanted ? Top + names.Max(n => Sheet.WidthOf(n, 14)) * 0.7f : Top;
        using Sheet sheet = new(left + classes * Cell + right, top + classes * Cell + 30);
        sheet.Text($"{measurement.Accuracy} of {measurement.Result.Count:N0} {measurement.DatasetName} test images right", 24, 40, 20, Palette.Text,
            SKTextAlign.Left);
        sheet.Text("Rows: what it is. Columns: what the network said.", 24, 62, 13, Palette.Quiet, SKTextAlign.Left);
        long most = Mistakes(counts).DefaultIfEmpty(1).Max();
        for (int truth = 0; truth < classes; truth++)
        {
            sheet.Text(names[truth], left - 14, top + truth * Cell + 28, 14, Palette.Text, SKTextAlign.Right);
            ColumnName(sheet, names[truth], left + truth * Cell + Cell / 2, top - 12, slanted);
            for (int said = 0; said < classes; said++)
            {
                DrawCell(sheet, left + said * Cell, top + truth * Cell, counts[truth, said], truth == said, most);
            }
        }

        sheet.Save(path);
    }

    private static IEnumerable<long> Mistakes(ConfusionTable counts) =>
        from truth in Enumerable.Range(0, counts.ClassCount)
        from said in Enumerable.Range(0, counts.ClassCount)
        where truth != said && counts[truth, said] > 0
        select counts[truth, said];

    private static void DrawCell(Sheet sheet, float x, float y, long count, bool right, long most)
    {
        double share = right ? 0.9 : Math.Sqrt((double)count / most);
        SKColor color = count == 0 ? new SKColor(0xf6, 0xf7, 0xf8) : Palette.Mix(SKColors.White, right ? Palette.Right : Palette.Wrong, 0.12 + 0.8 * share);
        sheet.Rectangle(x + 1.5f, y + 1.5f, Cell - 3, Cell - 3, color, radius: 7);
        if (count > 0)
        {
            sheet.Text($"{count}", x + Cell / 2, y + 28, count > 9999 ? 11 : 13.5f, share > 0.75 ? SKColors.White : Palette.Text);
        }
    }

    private static void ColumnName(Sheet sheet, string name, float x, float y, bool slanted)
    {
        if (!slanted)
        {
            sheet.Text(name, x, y, 14, Palette.Text);
            return;
        }

        sheet.Canvas.Save();
        sheet.Canvas.RotateDegrees(-45, x, y);
        sheet.Text(name, x, y, 14, Palette.Text, SKTextAlign.Left);
        sheet.Canvas.Restore();
    }
}
