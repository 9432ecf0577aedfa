using BenchmarkDotNet.Attributes;

namespace MnistCnn.Benchmarks;

/// <summary>Prediction by batch size and threads, on drawn digits, with weights from a seed.</summary>
[MemoryDiagnoser]
public class PredictorBenchmarks
{
    private byte[] images = [];
    private float[] probabilities = [];
    private CnnPredictor predictor = null!;

    [Params(1, 32, 1024)]
    public int Images { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        SyntheticDigits digits = new(Images, seed: 1);
        images = [.. Enumerable.Range(0, Images).SelectMany(i => digits.GetImage(i).ToArray())];
        probabilities = new float[Images * 10];
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        predictor = model.ToPredictor(new CnnPredictorOptions { Threads = Threads });
    }

    [Benchmark]
    public void Predict() => predictor.Predict(images, probabilities);
}
