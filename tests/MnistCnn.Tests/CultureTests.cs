using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MnistCnn.Batches;
using MnistCnn.Data;
using MnistCnn.Models;
using MnistCnn.Tests.Training;
using MnistCnn.Training.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>The culture of a machine, with its decimal commas and its letters, never reaches a file or a log.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class CultureTests : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;
    private readonly Dictionary<string, byte[]> expected = WrittenIn(CultureInfo.InvariantCulture, new TemporaryFolder());

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Every_file_and_every_line_is_the_same_in_any_culture(string name)
    {
        CultureInfo culture = CultureInfo.GetCultureInfo(name);
        Assert.Equal("1,5", 1.5.ToString(culture));
        Dictionary<string, byte[]> found = WrittenIn(culture, new TemporaryFolder());
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(found[file.Key]), FirstDifference(file.Key, file.Value, found[file.Key])));
    }

    [Fact]
    public void What_is_compared_holds_numbers_names_and_all_kinds_of_files()
    {
        Assert.Equal(
            [".ckpt", ".csv", ".gz", ".log", ".onnx", ".safetensors"],
            expected.Keys.Select(Path.GetExtension).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("0.0125", Encoding.UTF8.GetString(expected["history.csv"]), StringComparison.Ordinal);
        Assert.Contains("option.LearningRate", Encoding.UTF8.GetString(expected["last.ckpt"]), StringComparison.Ordinal);
        Assert.Contains("trn loss: ", Encoding.UTF8.GetString(expected["lines.log"]), StringComparison.Ordinal);
        Assert.Contains("learning rate: 0.0125", Encoding.UTF8.GetString(expected["lines.log"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void A_checkpoint_of_another_culture_is_resumed_to_the_same_weights(string name)
    {
        using TemporaryFolder folder = new();
        using CnnClassifier whole = Trained(folder, "whole", CultureInfo.InvariantCulture, maxSteps: null, resume: false);
        Trained(folder, "cut", CultureInfo.InvariantCulture, maxSteps: 4, resume: false).Dispose();
        using CnnClassifier resumed = Trained(folder, "cut", CultureInfo.GetCultureInfo(name), maxSteps: null, resume: true);
        Assert.Equal(TrainingData.Weights(whole), TrainingData.Weights(resumed));
    }

    public void Dispose() => CultureInfo.CurrentCulture = before;

    private static Dictionary<string, byte[]> WrittenIn(CultureInfo culture, TemporaryFolder folder)
    {
        using (folder)
        {
            using CnnClassifier model = Trained(folder, ".", culture, maxSteps: null, resume: false);
            model.Save(folder["model.safetensors"]);
            model.ExportOnnx(folder["model.onnx"]);
            using Sequential sequential = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Dropout(0.25), nn.Linear(1352, 10));
            using (no_grad())
            {
                foreach (Parameter parameter in sequential.parameters())
                {
                    parameter.fill_(0.5f);
                }
            }

            sequential.SaveNetwork(folder["network.safetensors"]);
            sequential.ExportOnnx(folder["network.onnx"]);
            IdxWriter.Write<byte>(folder["labels.gz"], [1, 2, 3], 3);
            return Directory.EnumerateFiles(folder.Root).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
        }
    }

    /// <summary>Trains with fractions in as many options as there are, and everything that writes.</summary>
    private static CnnClassifier Trained(TemporaryFolder folder, string run, CultureInfo culture, long? maxSteps, bool resume)
    {
        CultureInfo.CurrentCulture = culture;
        string root = folder[run];
        Directory.CreateDirectory(root);
        ListLogger logger = new();
        using StringWriter lines = new(culture);
        ModelCheckpoint checkpoint = new(root) { KeepBest = 2 };
        ITrainerCallback[] callbacks =
        [
            new StepLogger(lines, everySteps: 1), new StepLogger(logger, everySteps: 1), new CsvLogger(Path.Combine(root, "history.csv"), everySteps: 1),
            new LearningRateMonitor(logger), new ModelSummary(logger), checkpoint,
        ];
        TrainerOptions options = TrainingData.Options with
        {
            LearningRate = 0.0125,
            WeightDecay = 0.015,
            EmaDecay = 0.95,
            GradientClipNorm = 1.5,
            Loss = Loss.CrossEntropy(0.05),
            Transforms = [new RandomShift { MaxPixels = 1 }, new RandomAffine { Degrees = 7.5f }],
            MaxSteps = maxSteps,
            Clock = new FakeTimeProvider(),
            ResumeFrom = resume ? checkpoint.LastPath : null,
        };
        CnnClassifier model = new(new CnnClassifierOptions { Seed = 1, ClassNames = ["I", "i", "İ", "ı", "1,5", "1.5", "ß", "SS", "-", "ö"] });
        new Trainer(options, callbacks, logger).Fit(model, TrainingData.Train, TrainingData.Validation, TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(root, "lines.log"), lines + string.Join('\n', logger.Lines).Replace(folder.Root, "", StringComparison.Ordinal));
        return model;
    }

    private static string FirstDifference(string file, byte[] expected, byte[] found)
    {
        int at = expected.AsSpan().CommonPrefixLength(found), start = Math.Max(0, at - 40);
        string Around(byte[] bytes) => Encoding.UTF8.GetString(bytes.AsSpan(start, Math.Min(80, bytes.Length - start)));
        return $"{file} at byte {at}: expected «{Around(expected)}», found «{Around(found)}».";
    }
}
