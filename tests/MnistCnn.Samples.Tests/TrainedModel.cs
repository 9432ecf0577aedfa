namespace MnistCnn.Samples.Tests;

/// <summary>A model that the sample trained once for all tests: on MNIST where it stands beside the repository, on synthetic digits elsewhere.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mnistcnn-samples-");

    public TrainedModel()
    {
        string[] data = Sample.HasMnist ? ["--data", Sample.MnistFolder] : ["--variant", "synthetic"];
        Training = Sample.Run(folder.FullName, ["train", .. data, "--epochs", "2", "--lr", "0.001", "--seed", "1", "--out", Folder, "--json"]).MustEndWith(0);
    }

    public string Folder => Path.Combine(folder.FullName, "run");

    public string Model => Path.Combine(Folder, "model.safetensors");

    internal SampleResult Training { get; }

    public void Dispose() => folder.Delete(recursive: true);
}
