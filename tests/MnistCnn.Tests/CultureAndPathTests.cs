using System.Globalization;
using MnistCnn.Batches;
using MnistCnn.Data;
using MnistCnn.Inference;
using MnistCnn.Models;
using MnistCnn.Tests.Training;
using MnistCnn.Training;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>What a run writes does not depend on the culture of its user or on the names of folders.</summary>
public sealed class CultureAndPathTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>A comma for the decimal point, a dotless i, and another calendar with other digits.</summary>
    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void A_run_writes_the_same_files_and_goes_on_from_each_others_checkpoints_in_any_culture(string name)
    {
        CultureInfo culture = CultureInfo.GetCultureInfo(name);
        Assert.NotEqual(CultureInfo.InvariantCulture.TextInfo.CultureName, culture.TextInfo.CultureName);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        (byte[] weights, string[] files) = Run("invariant", null);
        (byte[] half, _) = Run("half", null, maxSteps: 3);
        CultureInfo.CurrentCulture = culture;
        (byte[] same, string[] sameFiles) = Run(name, null);
        (byte[] resumed, _) = Run("resumed", folder["half/last.ckpt"]);

        Assert.Equal(weights, same);
        Assert.NotEqual(weights, half);
        Assert.Equal(weights, resumed);
        Assert.Equal(files, sameFiles);
        foreach (string file in new[] { "history.csv", "model", "model.onnx" })
        {
            Assert.Equal(File.ReadAllBytes(folder[$"invariant/{file}"]), File.ReadAllBytes(folder[$"{name}/{file}"]));
        }

        Assert.Equal(MnistVariant.FashionMnist, MnistVariant.Parse("FASHION-MNIST"));
        Assert.Equal("fashion-mnist", MnistVariant.Parse("Fashion").Folder);
    }

    [Theory]
    [InlineData("with spaces and (brackets)")]
    [InlineData("数字 ağaç Ünïcödé 🙂")]
    [InlineData("per%20cent #hash & 'quotes' \"double\"")]
    [InlineData("long")]
    public void Paths_of_any_name_are_written_and_read(string name)
    {
        name = name == "long" ? string.Join('/', Enumerable.Repeat(new string('x', 200), 4)) : name;
        (byte[] weights, string[] files) = Run(name, null);
        Assert.Equal(5, files.Length);
        (byte[] resumed, _) = Run(name, folder[$"{name}/last.ckpt"]);
        Assert.Equal(weights, resumed);
        Assert.Equal(28, CnnPredictor.Load(folder[$"{name}/model"]).Height);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Trains two epochs and writes a history, checkpoints and models; the names of the files in order.</summary>
    private (byte[] Weights, string[] Files) Run(string name, string? resumeFrom, int? maxSteps = null)
    {
        string path = folder[name];
        TrainerOptions options = TrainingData.Options with
        {
            ResumeFrom = resumeFrom, MaxSteps = maxSteps, WeightDecay = 0.05, Loss = Loss.CrossEntropy(0.1), Transforms = [new RandomAffine()], Device = CPU,
        };
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        ITrainerCallback[] callbacks = [new CsvLogger(Path.Combine(path, "history.csv"), 1), new ModelCheckpoint(path)];
        new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
        model.Save(Path.Combine(path, "model"));
        model.ExportOnnx(Path.Combine(path, "model.onnx"));
        return (TrainingData.Weights(model), [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]);
    }
}
