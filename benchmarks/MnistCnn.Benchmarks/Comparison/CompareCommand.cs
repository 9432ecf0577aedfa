using System.CommandLine;
using System.Text.Json.Nodes;

namespace MnistCnn.Benchmarks.Comparison;

/// <summary>Runs peer and ours in turn and prints one table of medians and ratios.</summary>
internal static class CompareCommand
{
    public static int Run(string[] args)
    {
        Option<string[]> only = new("--only")
        {
            Description = "A part to run; may be given several times. All by default.",
            AllowMultipleArgumentsPerToken = true
        };
        only.AcceptOnlyFromAmong([.. Parts.Names, "networks"]);
        string repository = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
        Option<string> data = new("--data")
        {
            Description = "The folder with MNIST's four .gz files.",
            DefaultValueFactory = _ => Path.Combine(repository, "..", "shared", "mnist")
        };
        Option<int> pairs = new("--pairs") { Description = "How often each contender runs.", DefaultValueFactory = _ => 3 };
        Option<int> threads = new("--threads") { Description = "Threads of each contender.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<int> epochs = new("--epochs") { Description = "Epochs of the reference job (job, memory).", DefaultValueFactory = _ => 10 };
        Option<bool> json = new("--json") { Description = "Print one JSON object last." };
        RootCommand root = new("Compares the library with its peers on this machine.") { only, data, pairs, threads, epochs, json };
        root.SetAction(parsed =>
        {
            Parts parts = new(repository, Path.GetFullPath(parsed.GetValue(data)!), parsed.GetValue(threads), parsed.GetValue(epochs));
            string[] names = parsed.GetValue(only) is { Length: > 0 } some ? [.. some.SelectMany(name => name == "networks" ? Parts.Networks : [name])]
                : Parts.Names;
            JsonObject results = [];
            List<string[]> rows = [["what", "who", "median", "range (runs)", "× ours or the first, pair by pair", "besides"]];
            foreach (string name in names.Distinct())
            {
                PartResult result = new(parts.Create(name));
                result.Measure(parsed.GetValue(pairs));
                rows.AddRange(result.Rows());
                results[name] = result.ToJson();
            }

            Console.WriteLine(Machine.Describe(parsed.GetValue(threads)));
            Print(rows);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(results.ToJsonString());
            }

            return 0;
        });
        return root.Parse(args).Invoke();
    }

    private static void Print(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        rows.Insert(1, [.. widths.Select(w => new string('-', w))]);
        foreach (string[] row in rows)
        {
            Console.WriteLine($"| {string.Join(" | ", row.Select((cell, c) => cell.PadRight(widths[c])))} |");
        }
    }
}
