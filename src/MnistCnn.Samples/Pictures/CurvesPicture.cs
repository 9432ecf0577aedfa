using MnistCnn.Samples.Results;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace MnistCnn.Samples.Pictures;

/// <summary><c>curves.png</c>: loss and error of training and validation over the epochs, on logarithmic scales.</summary>
internal static class CurvesPicture
{
    private const int Width = 460;
    private const int Height = 456;

    public static void Save(string path, string title, IReadOnlyList<CurvePoint> training, IReadOnlyList<CurvePoint> validation)
    {
        EmbeddedFont.UseInScottPlot();
        using Sheet sheet = new(2 * Width, Height);
        Draw(sheet, 0, $"Loss · {title}", "0.####", training, validation, p => p.Loss);
        Draw(sheet, Width, $"Errors · {title}", "0.##'%'", training, validation, p => 100 * (1 - p.Accuracy));
        sheet.Save(path);
    }

    private static void Draw(Sheet sheet, float left, string title, string format, IReadOnlyList<CurvePoint> training, IReadOnlyList<CurvePoint> validation,
        Func<CurvePoint, double> value)
    {
        using Plot plot = new();
        plot.Title(title, size: 15);
        plot.XLabel("epochs", size: 12);
        AddCurve(plot, "training (mean of the epoch so far)", training, value, Palette.Faint.ToScottPlot());
        AddCurve(plot, "validation", validation, value, Palette.Right.ToScottPlot());
        plot.Axes.Left.TickGenerator = Ticks(format, [.. training.Concat(validation).Select(value).Where(v => v > 0)]);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        plot.Axes.SetLimitsX(0, Math.Max(1, training.Concat(validation).Max(p => p.Epoch)));
        plot.Grid.MajorLineColor = Palette.Line.ToScottPlot();
        plot.Axes.Right.IsVisible = plot.Axes.Top.IsVisible = false;
        plot.ShowLegend(Edge.Bottom);
        plot.Layout.Fixed(new PixelPadding(left: 58, right: 20, bottom: 112, top: 40));
        plot.Legend.FontSize = 11;
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        sheet.Canvas.Save();
        sheet.Canvas.Translate(left, 0);
        sheet.Canvas.ClipRect(new SkiaSharp.SKRect(0, 0, Width, Height)); // ScottPlot clears all that it may
        plot.Render(sheet.Canvas, Width, Height);
        sheet.Canvas.Restore();
    }

    private static void AddCurve(Plot plot, string name, IReadOnlyList<CurvePoint> points, Func<CurvePoint, double> value, Color color)
    {
        CurvePoint[] drawn = [.. points.Where(p => value(p) > 0)];
        if (drawn.Length == 0)
        {
            return;
        }

        double[] epochs = [.. drawn.Select(p => (double)p.Epoch)], logarithms = [.. drawn.Select(p => Math.Log10(value(p)))];
        Scatter curve = plot.Add.Scatter(epochs, logarithms, color);
        curve.LegendText = name;
        curve.LineWidth = 2;
        curve.MarkerSize = drawn.Length == 1 ? 7 : 0;
    }

    /// <summary>Ticks at 1, 2 and 5 times each power of ten in the range.</summary>
    private static NumericManual Ticks(string format, double[] values)
    {
        NumericManual ticks = new();
        if (values.Length == 0)
        {
            return ticks;
        }

        for (int power = (int)Math.Floor(Math.Log10(values.Min())) - 1; power <= Math.Log10(values.Max()) + 1; power++)
        {
            foreach (int digit in (int[])[1, 2, 5])
            {
                double tick = digit * Math.Pow(10, power);
                ticks.AddMajor(Math.Log10(tick), tick.ToString(format));
            }
        }

        return ticks;
    }

    private static Color ToScottPlot(this SkiaSharp.SKColor color) => new(color.Red, color.Green, color.Blue);
}
