using System.Globalization;
using MnistCnn.Training;

namespace MnistCnn.Benchmarks.Training;

/// <summary>
/// <c>realworld --data DIR [--recipe NAME] [--seeds N] [--first-seed N] [--fashion DIR] [--others DIR] [--out DIR]</c>: trains a recipe as the sample does,
/// with 2,000 training images held back for the calibration of all recipes but reference, and prints
/// what it reaches on MNIST's test images, on corruptions and changes of them, on digits of other writers (a folder of IDX files), and how well it tells what
/// is no digit. With <c>--out</c> models are kept, and read if they are there.
/// </summary>
internal static class RealWorldCommand
{
    public static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int Number(string name, int fallback) => int.Parse(given.GetValueOrDefault(name, $"{fallback}"), CultureInfo.InvariantCulture);
        string name = given.GetValueOrDefault("--recipe", "robust");
        (MnistDataset train, MnistDataset test) = MnistDataset.LoadSplits(given["--data"]);
        (MnistDataset heldOut, MnistDataset rest) = train.Split(2000.0 / train.Count, seed: 0);
        (string Name, IMnistDataset Data)[] strangers = [.. Strangers.All(given.GetValueOrDefault("--fashion"))];
        IMnistDataset? others = given.TryGetValue("--others", out string? folder) ? MnistDataset.Load(folder, MnistSplit.Test) : null;
        List<IReadOnlyList<(string Name, double Value)>> all = [];
        foreach (int seed in Enumerable.Range(Number("--first-seed", 1), Number("--seeds", 1)))
        {
            Trainer trainer = new(RecipeByName.Find(name) with { Seed = seed });
            bool isPlain = name == "reference"; // holds nothing back
            using CnnClassifier model = Trained(given.GetValueOrDefault("--out"), $"{name}-{seed}", trainer, seed, isPlain ? train : rest);
            if (!isPlain)
            {
                trainer.Calibrate(model, heldOut);
            }

            all.Add([.. Figures(trainer, model, test, others, strangers)]);
            Console.WriteLine($"{name}, seed {seed}: {string.Join(", ", all[^1].Select(figure => $"{figure.Name} {Text(figure.Value)}"))}");
        }

        Console.WriteLine($"{Environment.NewLine}| {name}, mean of {all.Count} seeds | |{Environment.NewLine}| --- | --- |");
        for (int f = 0; f < all[0].Count; f++)
        {
            Console.WriteLine($"| {all[0][f].Name} | {Text(all.Average(figures => figures[f].Value))} |");
        }

        return 0;
    }

    private static IEnumerable<(string Name, double Value)> Figures(
        Trainer trainer, CnnClassifier model, IMnistDataset test, IMnistDataset? others, (string Name, IMnistDataset Data)[] strangers)
    {
        RobustnessResult robustness = Robustness.Evaluate(model, test, trainer: trainer);
        CnnPredictor predictor = model.ToPredictor();
        Prediction[] digits = [.. predictor.PredictAll(test)];
        yield return ("MNIST %", 100 * robustness.Clean.Accuracy);
        yield return ("negative log-likelihood before", robustness.Clean.Loss);
        yield return ("negative log-likelihood", robustness.Clean.NegativeLogLikelihood!.Value);
        yield return ("temperature", predictor.Calibration.Temperature);
        yield return ("calibration error", robustness.Clean.CalibrationError!.Value);
        yield return ("calibration error corrupted", robustness.Corrupted.Average(row => row.Result.CalibrationError!.Value));
        yield return ("corrupted %", 100 * robustness.MeanAccuracy);
        yield return ("seen %", 100 * robustness.SeenAccuracy);
        yield return ("unseen %", 100 * robustness.UnseenAccuracy);
        foreach (CorruptionResult row in robustness.Corrupted)
        {
            yield return ($"{row.Corruption} %", 100 * row.Result.Accuracy);
        }

        foreach ((string change, IMnistDataset data) in SimpleChanges.All(test))
        {
            yield return ($"{change} %", 100 * trainer.Evaluate(model, data).Accuracy);
        }

        if (others is not null)
        {
            Prediction[] read = [.. predictor.PredictAll(others)];
            bool[] right = [.. read.Select((prediction, i) => prediction.ClassIndex == others.GetLabel(i))];
            yield return ("other writers %", 100 * right.Average(isRight => isRight ? 1.0 : 0));
            yield return ("other writers but for the 5% least sure %", 100 * Enumerable.Range(0, right.Length).OrderByDescending(i => read[i].Probability)
                .Take(right.Length * 95 / 100).Average(i => right[i] ? 1.0 : 0));
            yield return ("other writers refused %", 100 * read.Average(prediction => prediction.IsFamiliar ? 0.0 : 1));
        }

        yield return ("MNIST refused %", 100 * digits.Average(prediction => prediction.IsFamiliar ? 0.0 : 1));
        foreach ((string stranger, IMnistDataset data) in strangers)
        {
            Prediction[] strange = [.. predictor.PredictAll(data)];
            yield return ($"{stranger} refused %", 100 * strange.Average(prediction => prediction.IsFamiliar ? 0.0 : 1));
            yield return ($"{stranger} AUROC", Strangers.Separation(digits.Select(p => p.Familiarity), strange.Select(p => p.Familiarity)));
            yield return ($"{stranger} AUROC of the highest probability",
                Strangers.Separation(digits.Select(p => p.Probability), strange.Select(p => p.Probability)));
        }
    }

    private static CnnClassifier Trained(string? folder, string name, Trainer trainer, int seed, IMnistDataset train)
    {
        string path = Path.Combine(folder ?? "", $"{name}.safetensors");
        if (folder is not null && File.Exists(path))
        {
            return CnnClassifier.Load(path);
        }

        CnnClassifier model = new(new CnnClassifierOptions { Seed = seed });
        trainer.Fit(model, train);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            model.Save(path);
        }

        return model;
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 2 ? "F4" : "F2", CultureInfo.InvariantCulture);
}
