using System.Globalization;
using MnistCnn.Batches;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>choose --data DIR [--recipe fast|best|robust] [--only NAME] [--epochs N] [--seeds N] [--first-seed N]</c>: trains the candidates for a recipe (<see
/// cref="RecipeCandidates"/>) on 50,000 training images, and prints a
/// row of a Markdown table for each: accuracy in percent on the other 10,000, as they are, corrupted, and changed in simple ways. Test images are not read.
/// </summary>
internal static class ChooseCommand
{
    private const double HeldOut = 1.0 / 6;

    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int Number(string name, int fallback) => int.Parse(given.GetValueOrDefault(name, $"{fallback}"), CultureInfo.InvariantCulture);
        string recipe = given.GetValueOrDefault("--recipe", "robust");
        (MnistDataset heldOut, MnistDataset train) = MnistDataset.Load(given["--data"], MnistSplit.Train).Split(HeldOut, seed: 0);
        Lazy<CorruptedDataset[]> corrupted = new(() => [.. Enum.GetValues<Corruption>().Select(corruption => new CorruptedDataset(heldOut, corruption))]);
        Lazy<(string Name, IMnistDataset Data)[]> changed = new(() => SimpleChanges.All(heldOut));
        string[] columns = recipe == "robust"
            ? ["clean", "15 corruptions", "lowest", "seen", "unseen", "simple changes", "lowest", "seconds"]
            : ["clean", "seconds"];
        Console.WriteLine($"| {recipe} | {string.Join(" | ", columns)} |");
        Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" --- |", columns.Length))}");
        foreach ((string name, TrainerOptions options) in RecipeCandidates.For(recipe))
        {
            if (given.TryGetValue("--only", out string? only) && !only.Split(',').Contains(name))
            {
                continue;
            }

            foreach (int seed in Enumerable.Range(Number("--first-seed", 1), Number("--seeds", 1)))
            {
                using CnnClassifier model = new(new CnnClassifierOptions { Seed = seed });
                Trainer trainer = new(options with { Seed = seed, Epochs = Number("--epochs", options.Epochs) });
                double seconds = trainer.Fit(model, train).Duration.TotalSeconds;
                double Accuracy(IMnistDataset data) => 100 * trainer.Evaluate(model, data).Accuracy;
                List<string> cells = [Text(Accuracy(heldOut))];
                if (recipe == "robust")
                {
                    (Corruption Corruption, double Accuracy)[] corruptions = [.. corrupted.Value.Select(data => (data.Corruption, Accuracy(data)))];
                    (string Name, double Accuracy)[] changes = [.. changed.Value.Select(change => (change.Name, Accuracy(change.Data)))];
                    Console.Error.WriteLine($"{name}, seed {seed}: {string.Join(", ", corruptions.Select(c => $"{c.Corruption} {Text(c.Accuracy)}"))}; "
                        + $"{string.Join(", ", changes.Select(c => $"{c.Name} {Text(c.Accuracy)}"))}");
                    ILookup<bool, double> isUnseen = corruptions.ToLookup(c => TrainingRecipe.CorruptionsUnseenByRobust.Contains(c.Corruption), c =>
                        c.Accuracy);
                    (Corruption worst, double least) = corruptions.MinBy(c => c.Accuracy);
                    (string worstChange, double leastChange) = changes.MinBy(c => c.Accuracy);
                    cells.AddRange([
                        Text(corruptions.Average(c => c.Accuracy)), $"{worst} {Text(least)}", Text(isUnseen[false].Average()), Text(isUnseen[true].Average()),
                        Text(changes.Average(c => c.Accuracy)), $"{worstChange} {Text(leastChange)}"]);
                }

                Console.WriteLine($"| {name}, seed {seed} | {string.Join(" | ", cells)} | {Text(seconds)} |");
            }
        }

        return 0;
    }

    private static string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
