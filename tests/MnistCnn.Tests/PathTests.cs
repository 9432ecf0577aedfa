using MnistCnn.Batches;
using MnistCnn.Tests.Training;
using MnistCnn.Training.Callbacks;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>Folders of any name.</summary>
public sealed class PathTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

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
    private (byte[] Weights, string[] Files) Run(string name, string? resumeFrom)
    {
        string path = folder[name];
        TrainerOptions options = TrainingData.Options with
        {
            ResumeFrom = resumeFrom,
            WeightDecay = 0.05,
            Loss = Loss.CrossEntropy(0.1),
            Transforms = [new RandomAffine()],
            Device = CPU,
        };
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        ITrainerCallback[] callbacks = [new CsvLogger(Path.Combine(path, "history.csv"), 1), new ModelCheckpoint(path)];
        new Trainer(options, callbacks).Fit(model, TrainingData.Train, TrainingData.Validation);
        model.Save(Path.Combine(path, "model"));
        model.ExportOnnx(Path.Combine(path, "model.onnx"));
        return (TrainingData.Weights(model), [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]);
    }
}
