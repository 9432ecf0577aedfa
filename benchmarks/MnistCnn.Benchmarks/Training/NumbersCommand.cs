using System.Globalization;
using MnistCnn.Imaging;
using MnistCnn.Imaging.Tests;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>numbers --data DIR [--recipe fast|best] [--count N]</c>: trains a model, composes numbers of 3 to 8 MNIST test digits in grey, noisy scans, and prints
/// how many digits were found and how many numbers read right.
/// </summary>
internal static class NumbersCommand
{
    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        TrainerOptions recipe = given.GetValueOrDefault("--recipe", "best") == "fast" ? TrainingRecipe.Fast : TrainingRecipe.Best;
        int count = int.Parse(given.GetValueOrDefault("--count", "300"), CultureInfo.InvariantCulture);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        new Trainer(recipe with { Seed = 1 }).Fit(model, MnistDataset.Load(given["--data"], MnistSplit.Train));
        MnistDataset test = MnistDataset.Load(given["--data"], MnistSplit.Test);
        NumberReader reader = new(model.ToPredictor());
        (int boxes, int found, int right) = (0, 0, 0);
        for (int seed = 0; seed < count; seed++)
        {
            NumberSheet sheet = NumberSheet.Compose(test, seed);
            NumberReading reading = reader.Read(sheet.Png);
            boxes += sheet.Boxes.Count;
            found += sheet.CountFound(reading.Digits.Select(digit => digit.Box));
            right += reading.Text == sheet.Text ? 1 : 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{100.0 * found / boxes:F1}% of {boxes} digits found, {right} of {count} numbers read right"));
        return 0;
    }
}
