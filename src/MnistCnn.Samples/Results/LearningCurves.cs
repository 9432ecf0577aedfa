using System.Globalization;

namespace MnistCnn.Samples.Results;

/// <summary>The learning curves of a run, a resumed one's beginning included.</summary>
internal sealed record LearningCurves(IReadOnlyList<CurvePoint> Training, IReadOnlyList<CurvePoint> Validation)
{
    /// <summary>Reads what <c>CsvLogger</c> wrote; the last row of an epoch tells how many steps it has.</summary>
    public static LearningCurves Read(string historyFile)
    {
        string[][] rows = [.. File.ReadLines(historyFile).Skip(1).Select(line => line.Split(','))];
        double stepsPerEpoch = rows.Select(row => Number(row[1])).DefaultIfEmpty(1).Max();
        CurvePoint Point(string[] row, int column) => new(Number(row[0]) - 1 + Number(row[1]) / stepsPerEpoch, Number(row[column]), Number(row[column + 1]));
        return new([.. rows.Select(row => Point(row, 4))], [.. rows.Where(row => row[6].Length > 0).Select(row => Point(row, 6))]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
