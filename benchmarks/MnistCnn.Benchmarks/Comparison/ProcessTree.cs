using System.Globalization;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>What Linux tells of a process and its descendants under <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>The largest peak of resident memory among them, or 0 where the system does not tell.</summary>
    public static double PeakMebibytes(int id)
    {
        try
        {
            string? peak = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            double own = peak is null ? 0 : double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
            string[] children = File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Select(child => PeakMebibytes(int.Parse(child, CultureInfo.InvariantCulture))).Append(own).Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
