using System.Runtime.InteropServices;
using System.Text.Json;
using MnistCnn.Models;
using MnistCnn.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Serialization;

public sealed class PyTorchInteropTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string TestFile(string name) => Path.Combine(DigitFiles.Directory, $"t10k-{name}-ubyte.gz");

    private static float[] ReadSingles(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PyTorch_opens_a_model_trained_here_and_gives_its_logits_for_10_000_test_images()
    {
        PythonTorch.SkipUnlessPresent();
        TrainedClassifier.Model.Save(folder["ours.safetensors"]);
        string metadata = PythonTorch.Run("logits", folder["ours.safetensors"], TestFile("images-idx3"), folder["logits"]);
        Assert.Equal("CnnClassifier", JsonDocument.Parse(metadata).RootElement.GetProperty("mnistcnn.model").GetString());
        AssertClose(TrainedClassifier.Logits, ReadSingles(folder["logits"]));
    }

    [Fact]
    public void PyTorch_builds_a_network_from_what_its_file_says_and_gives_its_logits_for_10_000_test_images()
    {
        PythonTorch.SkipUnlessPresent();
        using Sequential model = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding: 1, bias: false), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, stride: 2), nn.LeakyReLU(0.1),
            nn.AvgPool2d(2), nn.Dropout2d(0.1), nn.Flatten(),
            nn.Linear(144, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10)).Seeded(1);
        new Trainer(new TrainerOptions { Epochs = 1, BatchSize = 64, LearningRate = 0.002 })
            .Fit(model, DigitFiles.Train.Take(1_280), cancellationToken: TestContext.Current.CancellationToken);
        model.SaveNetwork(folder["network.safetensors"]);
        PythonTorch.Run("logits", folder["network.safetensors"], TestFile("images-idx3"), folder["logits"]);
        float[] logits = ReadSingles(folder["logits"]), probabilities = new float[logits.Length];
        CnnPredictor.Load(folder["network.safetensors"]).Predict(TrainedClassifier.Bytes(0, 10_000), probabilities);
        using DisposeScope scope = NewDisposeScope();
        float[] expected = tensor(logits).reshape(-1, 10).softmax(1).data<float>().ToArray();
        Assert.InRange(expected.Zip(probabilities, (e, a) => Math.Abs(e - a)).Max(), 0, 1e-5f);
    }

    [Fact]
    public void A_model_trained_in_PyTorch_opens_here_and_gives_its_logits_for_10_000_test_images_its_pickles_only_once_converted_as_the_message_says()
    {
        PythonTorch.SkipUnlessPresent();
        PythonTorch.Run("train", TestFile("images-idx3"), TestFile("labels-idx1"), folder["theirs"]);
        using CnnClassifier model = CnnClassifier.Load(folder["theirs.safetensors"]);
        AssertClose(ReadSingles(folder["theirs.logits"]), TrainedClassifier.LogitsOf(model));
        foreach (string pickle in new[] { "theirs.pth", "theirs.legacy.pth" })
        {
            string[] message = Assert.Throws<CheckpointFormatException>(() => CnnClassifier.Load(folder[pickle])).Message.Split('\n');
            string[] python = [.. message[^2..].Select(line => line.Trim())];
            Assert.Equal("import torch, safetensors.torch", python[0]);
            PythonTorch.Run("run", folder.Root, string.Join('\n', python));
            using CnnClassifier converted = CnnClassifier.Load(Path.ChangeExtension(folder[pickle], "safetensors"));
            Assert.Equal(TrainedClassifier.LogitsOf(model), TrainedClassifier.LogitsOf(converted));
        }
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        double difference = TrainedClassifier.LargestRelativeDifference(expected, actual);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest relative difference {difference:E2}");
        Assert.InRange(difference, 0, 1e-5);
        Assert.Equal(TrainedClassifier.Classes(expected), TrainedClassifier.Classes(actual));
    }
}
