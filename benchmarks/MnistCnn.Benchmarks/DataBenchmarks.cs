using BenchmarkDotNet.Attributes;
using MnistCnn.Batches;
using MnistCnn.Data;

namespace MnistCnn.Benchmarks;

/// <summary>From files on the disk to batches: one epoch of 60,000 images. The variable MNISTCNN_DATA names the folder of the MNIST files.</summary>
[MemoryDiagnoser]
public class DataBenchmarks
{
    private readonly string _directory = Environment.GetEnvironmentVariable("MNISTCNN_DATA") ?? "../shared/mnist";
    private readonly SyntheticDigits _digits = new(60_000);

    [Benchmark]
    public int LoadBothSplits()
    {
        var (train, test) = MnistDataset.LoadSplits(_directory);
        return train.Count + test.Count;
    }

    [Benchmark]
    public int EpochOfBatches() => Epoch([]);

    [Benchmark]
    public int EpochOfShiftedBatches() => Epoch([new RandomShift()]);

    [Benchmark]
    public int EpochOfAffineBatches() => Epoch([new RandomAffine()]);

    private int Epoch(IImageTransform[] transforms)
    {
        var images = 0;
        foreach (var batch in new BatchLoader(_digits, new BatchLoaderOptions { Transforms = transforms, Threads = 2 }).Epoch(1))
        {
            using (batch)
                images += (int)batch.Labels.shape[0];
        }

        return images;
    }
}
