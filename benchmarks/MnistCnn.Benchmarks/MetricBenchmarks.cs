using BenchmarkDotNet.Attributes;
using MnistCnn.Metrics;
using static TorchSharp.torch;

namespace MnistCnn.Benchmarks;

/// <summary>What a metric costs at every batch of 128, from update to number.</summary>
[MemoryDiagnoser]
public class MetricBenchmarks : IDisposable
{
    private readonly AccuracyMetric accuracy = new();
    private readonly ConfusionMatrix confusions = new(10);
    private readonly CrossEntropyMetric loss = new();
    private Tensor output = null!;
    private Tensor labels = null!;

    [GlobalSetup]
    public void SetUp()
    {
        output = randn(128, 10);
        labels = randint(10, 128, ScalarType.Int64);
    }

    [Benchmark]
    public double Accuracy() => Measure(accuracy);

    [Benchmark]
    public double Confusions() => Measure(confusions);

    [Benchmark]
    public double Loss() => Measure(loss);

    [GlobalCleanup]
    public void Dispose()
    {
        accuracy.Dispose();
        confusions.Dispose();
        loss.Dispose();
        output.Dispose();
        labels.Dispose();
        GC.SuppressFinalize(this);
    }

    private double Measure(IMetric metric)
    {
        metric.Reset();
        metric.Update(output, labels);
        return metric.Compute();
    }
}
