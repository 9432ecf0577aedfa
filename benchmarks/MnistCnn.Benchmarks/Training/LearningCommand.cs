using System.Globalization;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>learning --data DIR [--recipe NAME] [--seeds N] [--first-seed N] [--precision Float32|BFloat16Mixed]</c>: trains the reference network by a recipe, once
/// for each seed, and prints a row of a Markdown table for each: test accuracy in percent after each epoch, and seconds.
/// </summary>
internal static class LearningCommand
{
    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        string name = given.GetValueOrDefault("--recipe", "reference");
        TrainerOptions recipe = RecipeByName.Find(name) with
        {
            Precision = Enum.Parse<TrainingPrecision>(given.GetValueOrDefault("--precision", "Float32")),
            ValidateEveryEpochs = 1,
        };
        int seeds = int.Parse(given.GetValueOrDefault("--seeds", "5"), CultureInfo.InvariantCulture);
        int first = int.Parse(given.GetValueOrDefault("--first-seed", "1"), CultureInfo.InvariantCulture);
        MnistDataset train = MnistDataset.Load(given["--data"], MnistSplit.Train);
        MnistDataset test = MnistDataset.Load(given["--data"], MnistSplit.Test);
        Console.WriteLine($"| {name}, {recipe.Precision} | {string.Join(" | ", Enumerable.Range(1, recipe.Epochs))} | seconds |");
        Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" --- |", recipe.Epochs))} --- |");
        List<double[]> all = [];
        foreach (int seed in Enumerable.Range(first, seeds))
        {
            using CnnClassifier model = new(new CnnClassifierOptions { Seed = seed });
            FitResult result = new Trainer(recipe with { Seed = seed }).Fit(model, train, test);
            all.Add([.. result.History.Validations.Select(v => 100 * v.Result.Accuracy)]);
            Console.WriteLine($"| seed {seed} | {string.Join(" | ", all[^1].Select(a => a.ToString("F2", CultureInfo.InvariantCulture)))} | "
                + $"{result.Duration.TotalSeconds:F1} |");
        }

        IEnumerable<string> means = Enumerable.Range(0, recipe.Epochs)
            .Select(epoch => all.Average(a => a[epoch]).ToString("F3", CultureInfo.InvariantCulture));
        Console.WriteLine($"| **mean** | {string.Join(" | ", means)} | |");
        return 0;
    }
}
