namespace MnistCnn.Benchmarks.Comparison;

/// <summary>A program to measure: it ends with a line of JSON whose field <c>seconds</c> is the result.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Command">Program and arguments.</param>
/// <param name="Measure">What counts.</param>
internal sealed record Contender(string Name, IReadOnlyList<string> Command, Measure Measure = Measure.ReportedSeconds)
{
    public const string Ours = "ours";
}
