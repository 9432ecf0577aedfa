using System.Globalization;
using System.Text.RegularExpressions;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

[Collection(nameof(AloneInTheProcess))]
public sealed class GetStartedSnippets : IDisposable
{
    private const string Cache = "MNISTCNN_CACHE";

    private readonly string former = Environment.CurrentDirectory;
    private readonly string? formerCache = Environment.GetEnvironmentVariable(Cache);
    private readonly TemporaryFolder temporary = new();

    public void Dispose()
    {
        Environment.CurrentDirectory = former;
        Environment.SetEnvironmentVariable(Cache, formerCache);
        temporary.Dispose();
    }

    [Fact]
    public async Task Data_come_from_the_web_or_from_the_cache()
    {
        RealMnist.SkipUnlessPresent();
        Environment.SetEnvironmentVariable(Cache, temporary.Root);
        Directory.CreateDirectory(temporary["mnist"]);
        foreach (string file in Directory.EnumerateFiles(RealMnist.Directory, "*.gz"))
        {
            File.Copy(file, temporary[Path.Combine("mnist", Path.GetFileName(file))]);
        }

        // snippet: data
        string folder = await new MnistDownloader().DownloadAsync(MnistVariant.Mnist); // the user's cache folder; only what is not there yet
        (MnistDataset train, MnistDataset validation) = MnistDataset.LoadSplits(folder);
        // end
        Assert.Equal((60_000, 10_000), (train.Count, validation.Count));
    }

    [Fact]
    public void Training_saving_and_predicting_take_a_few_lines_and_print_what_README_shows()
    {
        using ConsoleText printed = new();
        Environment.CurrentDirectory = temporary.Root;

        // snippet: train
        SyntheticDigits train = new(2_000), validation = new(500, split: MnistSplit.Test); // or MNIST, see below
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        Trainer trainer = new(TrainingRecipe.Fast with { Seed = 1 }, [new StepLogger(Console.Out)]);
        FitResult fit = trainer.Fit(model, train, validation);
        EvaluationResult result = trainer.Evaluate(model, validation);
        model.Save("digits.safetensors");
        Console.WriteLine($"{100 * result.Accuracy:F1}% of {result.Count} images are right.");
        // end
        Assert.Equal(StopReason.Completed, fit.StopReason);
        AssertAlike(DocumentationTests.TextAfterFirstProgram("README.md"), printed.ToString());
        AssertAlike(DocumentationTests.TextAfterFirstProgram("docs/get-started.md"), printed.ToString());

        // snippet: predict
        CnnPredictor predictor = CnnPredictor.Load("digits.safetensors");
        Prediction prediction = predictor.Predict(validation.GetImage(0)); // 784 bytes, 0 background, 255 ink
        Console.WriteLine($"The first image shows {prediction.ClassName}: {100 * prediction.Probability:F1}%.");
        // end
        Assert.InRange(prediction.Probability, 0.1f, 1f);
        string digit = validation.ClassNames[validation.GetLabel(0)];
        Assert.EndsWith($"The first image shows {digit}: {100 * prediction.Probability:F1}%.\n", printed.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The same words, and figures that differ by no more than what other processors round differently.</summary>
    private static void AssertAlike(string expected, string actual)
    {
        const string Number = @"\d+(\.\d+)?";
        Assert.Contains("val_acc", expected, StringComparison.Ordinal);
        Assert.Equal(Regex.Replace(expected, Number, "0"), Regex.Replace(actual.TrimEnd(), Number, "0"));
        double[] Figures(string text) => [.. Regex.Matches(text, Number).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture))];
        Assert.All(Figures(expected).Zip(Figures(actual)), pair => Assert.InRange(pair.Second, 0.9 * pair.First - 0.05, 1.1 * pair.First + 0.05));
    }

    private sealed class ConsoleText : IDisposable
    {
        private readonly TextWriter former = Console.Out;
        private readonly StringWriter text = new();

        public ConsoleText()
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Console.SetOut(text);
        }

        public override string ToString() => text.ToString();

        public void Dispose() => Console.SetOut(former);
    }
}
