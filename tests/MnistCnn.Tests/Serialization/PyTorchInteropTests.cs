using System.Runtime.InteropServices;
using System.Text.Json;
using MnistCnn.Models;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class PyTorchInteropTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string TestFile(string name) => Path.Combine(RealMnist.Directory, $"t10k-{name}-ubyte.gz");

    private static float[] ReadSingles(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PyTorch_opens_a_model_trained_here_and_gives_its_logits_for_10_000_test_images()
    {
        RealMnist.SkipUnlessPresent();
        PythonTorch.SkipUnlessPresent();
        TrainedClassifier.Model.Save(folder["ours.safetensors"]);
        string metadata = PythonTorch.Run("logits", folder["ours.safetensors"], TestFile("images-idx3"), folder["logits"]);
        Assert.Equal("CnnClassifier", JsonDocument.Parse(metadata).RootElement.GetProperty("mnistcnn.model").GetString());
        AssertClose(TrainedClassifier.Logits, ReadSingles(folder["logits"]));
    }

    [Fact]
    public void A_model_trained_in_PyTorch_opens_here_and_gives_its_logits_for_10_000_test_images_its_pickles_only_once_converted_as_the_message_says()
    {
        RealMnist.SkipUnlessPresent();
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
