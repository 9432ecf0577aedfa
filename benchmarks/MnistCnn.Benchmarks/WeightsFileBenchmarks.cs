using BenchmarkDotNet.Attributes;
using MnistCnn.Serialization;

namespace MnistCnn.Benchmarks;

/// <summary>Saving and loading the classifier, 1.2 MB; each save is flushed to the disk.</summary>
[MemoryDiagnoser]
public class WeightsFileBenchmarks : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mnistcnn-benchmark-").FullName;
    private readonly CnnClassifier model = new();

    private string WeightsPath => Path.Combine(folder, "model.safetensors");

    [GlobalSetup]
    public void Prepare() => model.Save(WeightsPath);

    [GlobalCleanup]
    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Save() => model.Save(WeightsPath);

    [Benchmark]
    public void Load() => CnnClassifier.Load(WeightsPath).Dispose();

    [Benchmark]
    public void LoadIntoLivingModel() => model.LoadSafetensors(WeightsPath);

    [Benchmark]
    public void ExportOnnx() => model.ExportOnnx(Path.Combine(folder, "model.onnx"));
}
