using BenchmarkDotNet.Attributes;
using MnistCnn.Batches;

namespace MnistCnn.Benchmarks;

/// <summary>From files on the disk to batches: one epoch of 60,000 images. The variable MNISTCNN_DATA names the folder of the MNIST files.</summary>
[MemoryDiagnoser]
public class DataBenchmarks
{
    private readonly string directory = Environment.GetEnvironmentVariable("MNISTCNN_DATA") ?? "../shared/mnist";
    private readonly SyntheticDigits digits = new(60_000);

    [Benchmark]
    public int LoadBothSplits()
    {
        (MnistDataset train, MnistDataset test) = MnistDataset.LoadSplits(directory);
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
        int images = 0;
        foreach (MnistBatch batch in new BatchLoader(digits, new BatchLoaderOptions { Transforms = transforms, Threads = 2 }).Epoch(1))
        {
            using (batch)
            {
                images += (int)batch.Labels.shape[0];
            }
        }

        return images;
    }
}
