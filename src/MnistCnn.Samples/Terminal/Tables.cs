using MnistCnn.Metrics;
using MnistCnn.Models;
using MnistCnn.Samples.Pictures;
using MnistCnn.Samples.Results;
using MnistCnn.Training;
using Spectre.Console;

namespace MnistCnn.Samples.Terminal;

/// <summary>Summaries as tables in a terminal, as plain lines elsewhere.</summary>
internal static class Tables
{
    public static void WriteSummary(IReadOnlyList<(string Name, string Value)> rows)
    {
        if (Screen.IsInteractive)
        {
            WriteGrid(rows);
            return;
        }

        int width = rows.Max(r => r.Name.Length);
        foreach ((string name, string value) in rows)
        {
            Console.WriteLine($"{name.PadRight(width)}  {value}");
        }
    }

    /// <summary>True classes in rows, predicted ones in columns; a dot for none.</summary>
    /// <summary>A line for each layer, and their sum.</summary>
    public static void WriteLayers(IReadOnlyList<LayerSummary> layers)
    {
        string[][] rows =
        [
            ["layer", "type", "output", "parameters", "multiplications"],
            .. layers.Select(l => new[] { l.Name, l.Type, l.Output, $"{l.Parameters:N0}", $"{l.Multiplications:N0}" }),
            ["", "", "", $"{layers.Sum(l => l.Parameters):N0}", $"{layers.Sum(l => l.Multiplications):N0}"],
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(row => row[c].Length))];
        foreach (string[] row in rows)
        {
            // Words begin on the left, numbers end on the right.
            Console.WriteLine(string.Join("  ", row.Select((cell, c) => c < 3 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd());
        }
    }

    public static void WriteConfusion(Measurement measurement)
    {
        ConfusionTable counts = measurement.Confusion;
        IReadOnlyList<string> names = measurement.ClassNames;
        int classes = names.Count, nameWidth = Math.Max(4, names.Max(n => n.Length));
        int cellWidth = Math.Max($"{Enumerable.Range(0, classes).Max(counts.Support)}".Length, 2) + 1;
        string[] columns = [.. names.Select((n, i) => n.Length < cellWidth ? n : $"{i}")];
        Write($"{"true".PadRight(nameWidth)} |{string.Concat(columns.Select(c => c.PadLeft(cellWidth)))} | right", "dim");
        for (int truth = 0; truth < classes; truth++)
        {
            Write($"{names[truth].PadRight(nameWidth)} |", "dim", newLine: false);
            for (int said = 0; said < classes; said++)
            {
                long count = counts[truth, said];
                Write((count == 0 ? "·" : $"{count}").PadLeft(cellWidth), count == 0 ? "dim" : truth == said ? "green" : "bold darkorange", newLine: false);
            }

            Write($" | {(counts.Support(truth) == 0 ? "-" : $"{100 * counts.Recall(truth):F1}%"),6}", "dim");
        }
    }

    /// <summary>A line for each corruption and severity, those of which the recipe robust has seen the like before the others, and means.</summary>
    public static void WriteRobustness(RobustnessResult result)
    {
        WriteSummary(
        [
            .. result.Corrupted.OrderBy(row => IsUnseen(row)).Select(row => (CorruptionNames.Of(row.Corruption, row.Severity),
                $"{100 * row.Result.Accuracy,6:F2}%  calibration error {row.Result.CalibrationError:F4}{(IsUnseen(row) ? "  never seen by robust" : "")}")),
            ("mean", $"{100 * result.MeanAccuracy,6:F2}%  error {100 * result.MeanCorruptionError:F2}%"),
            ("mean, seen", $"{100 * result.SeenAccuracy,6:F2}%"),
            ("mean, unseen", $"{100 * result.UnseenAccuracy,6:F2}%"),
            ("as they are", $"{100 * result.Clean.Accuracy,6:F2}%"),
        ]);
    }

    private static bool IsUnseen(CorruptionResult row) => TrainingRecipe.CorruptionsUnseenByRobust.Contains(row.Corruption);

    private static void Write(string text, string style, bool newLine = true)
    {
        if (Screen.IsInteractive)
        {
            WriteStyled(text, style);
        }
        else
        {
            Console.Write(text);
        }

        if (newLine)
        {
            Console.WriteLine();
        }
    }

    private static void WriteStyled(string text, string style) => AnsiConsole.Write(new Text(text, Style.Parse(style)));

    private static void WriteGrid(IReadOnlyList<(string Name, string Value)> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).HideHeaders().AddColumns("", "");
        foreach ((string name, string value) in rows)
        {
            table.AddRow(new Text(name, Style.Parse("dim")), new Text(value));
        }

        AnsiConsole.Write(table);
    }
}
