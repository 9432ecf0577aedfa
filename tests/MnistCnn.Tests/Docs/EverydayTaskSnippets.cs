using System.Text.RegularExpressions;
using MnistCnn.Metrics;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

public sealed partial class EverydayTaskSnippets : IDisposable
{
    private readonly SyntheticDigits train = new(200), validation = new(60, split: MnistSplit.Test), test = new(40, seed: 5, MnistSplit.Test);
    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
    private readonly TrainerOptions options = new() { Epochs = 2 };
    private readonly TemporaryFolder temporary = new();

    [Fact]
    public void Training_validating_callbacks_stopping_resuming_and_schedules()
    {
        // snippet: train
        new Trainer().Fit(model, train);
        // end

        // snippet: validate
        EvaluationResult result = new Trainer().Evaluate(model, test);
        // end
        Assert.Equal(40, result.Count);

        List<double> losses = [];
        // snippet: callback
        LambdaCallback note = new() { EpochEnd = (_, epoch) => losses.Add(epoch.Loss) };
        // end
        ModelCheckpoint checkpoint = new(temporary.Root);
        new Trainer(options with { Epochs = 1 }, [note, checkpoint]).Fit(model, train, validation);
        Assert.Single(losses);

        // snippet: stop
        new Trainer(options, [new EarlyStopping(patience: 3)]).Fit(model, train, validation);
        // end

        // snippet: resume
        new Trainer(options with { ResumeFrom = checkpoint.LastPath }).Fit(model, train);
        // end

        // snippet: schedule
        TrainerOptions scheduled = options with { Schedule = LearningRateSchedule.Cosine() };
        // end
        Assert.NotEqual(LearningRateSchedule.Constant, scheduled.Schedule);
    }

    [Fact]
    public void Predicting_own_pictures_exporting_plotting_and_confusion()
    {
        string path = temporary["model"], folder = temporary["board"];
        model.Save(path);
        ReadOnlySpan<byte> image = test.GetImage(0);
        // snippet: one
        Prediction one = CnnPredictor.Load(path).Predict(image);
        // end

        // snippet: many
        ClassPredictions many = new Trainer().Predict(model, test);
        // end
        Assert.Equal(one.ClassIndex, many.Classes[0]);

        byte[] pixels = new byte[784], labels = [7];
        // snippet: pictures
        MnistDataset own = MnistDataset.FromMemory(pixels, labels, height: 28, width: 28);
        // end
        Assert.Equal(1, own.Count);

        // snippet: export
        model.ExportOnnx(path);
        // end

        // snippet: plot
        new Trainer(options, [new TensorBoardLogger(folder)]).Fit(model, train, validation);
        // end
        Assert.NotEmpty(Directory.GetFiles(folder));

        // snippet: confusion
        ConfusionTable confusion = new Trainer().Evaluate(model, test).Confusion!;
        // end
        Assert.Equal(40, Enumerable.Range(0, 100).Sum(i => confusion[i / 10, i % 10]));
    }

    [Fact]
    public void The_page_counts_its_lines_and_ours_are_not_the_more()
    {
        string page = File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs", "everyday-tasks.md"));
        string[] sections = page.Split("\n## ")[1..];
        Assert.Equal(12, sections.Length);
        foreach ((string section, int i) in sections.Select((section, i) => (section, i)))
        {
            int[] lines = [.. Blocks().Matches(section).Select(block => block.Groups[1].Value.Trim().Split('\n').Length)];
            Assert.Contains($"| {i + 1} | {section[(section.IndexOf(' ', StringComparison.Ordinal) + 1)..section.IndexOf('\n', StringComparison.Ordinal)]} "
                + $"| {string.Join(" | ", lines)} |", page, StringComparison.Ordinal);
            Assert.Equal(3, lines.Length);
            Assert.InRange(lines[0], 1, Math.Min(lines[1], lines[2]));
        }
    }

    public void Dispose()
    {
        model.Dispose();
        temporary.Dispose();
    }

    [GeneratedRegex(@"```(?:csharp|python)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
