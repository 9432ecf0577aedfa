using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>The runs of a part, pair by pair: in each, every contender ran once.</summary>
internal sealed class PartResult(Part part)
{
    private readonly Dictionary<string, List<Run>> runs = [];
    private Dictionary<string, string> failures = [];

    public void Measure(int pairs)
    {
        if (part.InOneProcess)
        {
            MeasureTogether(pairs);
            return;
        }

        for (int pair = 0; pair < (part.SeedPerRun ? Math.Max(5, pairs) : pairs); pair++)
        {
            foreach (Contender contender in part.Contenders.Select(c => part.SeedPerRun ? c with { Command = [.. c.Command, "--seed", $"{pair + 1}"] } : c)
                .Where(c => !failures.ContainsKey(c.Name)))
            {
                try
                {
                    (runs.TryGetValue(contender.Name, out List<Run>? list) ? list : runs[contender.Name] = []).Add(MeasuredProcess.Run(contender));
                }
                catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or KeyNotFoundException)
                {
                    failures[contender.Name] = e.Message;
                }
            }
        }
    }

    private void MeasureTogether(int pairs)
    {
        Contender together = part.Contenders[0];
        try
        {
            // One process alternates as often as there are pairs.
            Run run = MeasuredProcess.Run(together with { Command = [.. together.Command, "--rounds", pairs.ToString(CultureInfo.InvariantCulture)] });
            foreach (Contender contender in part.Contenders)
            {
                runs[contender.Name] = [.. run.Report[contender.Name].EnumerateArray()
                    .Select(seconds => new Run(seconds.GetDouble(), new Dictionary<string, JsonElement>()))];
            }
        }
        catch (InvalidOperationException e)
        {
            failures = part.Contenders.ToDictionary(contender => contender.Name, _ => e.Message);
        }
    }

    /// <summary>One row of the table for each contender.</summary>
    public IEnumerable<string[]> Rows()
    {
        foreach (Contender contender in part.Contenders)
        {
            yield return failures.TryGetValue(contender.Name, out string? failure)
                ? [part.Title, contender.Name, "—", "—", "—", failure]
                : [part.Title, contender.Name, Show(Median(contender.Name), part.Unit), Spread(contender.Name),
                    Ratio(contender.Name) is { } r ? $"{r.Median:F2} × ({r.Least:F2}–{r.Most:F2})" : "", Remark(contender.Name)];
        }
    }

    public JsonObject ToJson()
    {
        string suffix = part.Unit switch { "MiB" => "mebibytes", _ => "seconds" };
        JsonObject peers = [], result = [];
        foreach (Contender contender in part.Contenders)
        {
            JsonObject own = contender.Name == part.Baseline ? result : [];
            string prefix = contender.Name == Contender.Ours ? "ours_" : "";
            if (failures.TryGetValue(contender.Name, out string? failure))
            {
                own[prefix + "failure"] = failure;
            }
            else
            {
                own[prefix + suffix] = Math.Round(Median(contender.Name), 9);
                foreach ((string key, double value) in Extras(contender.Name))
                {
                    own[prefix + key] = Math.Round(value, 9);
                }

                if (Ratio(contender.Name) is { } ratio)
                {
                    own["ratio"] = Math.Round(ratio.Median, 3);
                }
            }

            if (own != result)
            {
                peers[contender.Name] = own;
            }
        }

        result["peers"] = peers;
        return result;
    }

    private double Median(string name) => Workers.Median.Of(runs[name].Select(r => r.Value));

    private string Spread(string name) => $"{Show(runs[name].Min(r => r.Value), "")}–{Show(runs[name].Max(r => r.Value), "")} ({runs[name].Count})";

    /// <summary>How many times as much as the baseline, pair by pair.</summary>
    private (double Median, double Least, double Most)? Ratio(string name)
    {
        if (name == part.Baseline || failures.ContainsKey(part.Baseline) || !runs.TryGetValue(part.Baseline, out List<Run>? ours))
        {
            return null;
        }

        double[] ratios = [.. runs[name].Zip(ours, (peer, own) => peer.Value / own.Value)];
        return (Workers.Median.Of(ratios), ratios.Min(), ratios.Max());
    }

    private string Remark(string name) =>
        string.Join(", ", Extras(name).Where(e => !e.Key.StartsWith("process", StringComparison.Ordinal) && !e.Key.StartsWith("peak", StringComparison.Ordinal))
        .Select(e => $"{e.Key.Replace('_', ' ')} {e.Value:G4}"));

    /// <summary>Medians of everything else that the runs reported as numbers.</summary>
    private IEnumerable<(string Key, double Value)> Extras(string name) => runs[name][0].Report
        .Where(pair => pair.Key is not ("seconds" or "threads") && pair.Value.ValueKind == JsonValueKind.Number)
        .Select(pair => (pair.Key, Workers.Median.Of(runs[name].Select(r => r.Report[pair.Key].GetDouble()))));

    private string Show(double value, string unit) => FormattableString.Invariant($"{value * part.Scale:G3} {unit}").TrimEnd();
}
