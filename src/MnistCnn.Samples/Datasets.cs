using MnistCnn.Data;

namespace MnistCnn.Samples;

/// <summary>Finds the images to train on.</summary>
internal static class Datasets
{
    private const string Synthetic = "synthetic digits (drawn by this program; these are not MNIST)";

    public static (IMnistDataset Train, IMnistDataset Test, string Name) Find(string? directory, string variant)
    {
        if (directory is not null)
        {
            Task<MnistDataset> test = Task.Run(() => MnistDataset.Load(directory, MnistSplit.Test));
            return (MnistDataset.Load(directory, MnistSplit.Train), test.GetAwaiter().GetResult(), variant);
        }

        if (variant != "synthetic")
        {
            Console.WriteLine($"warning: no data (give --data DIR): training on {Synthetic}.");
        }

        return (new SyntheticDigits(20_000), new SyntheticDigits(4_000, split: MnistSplit.Test), Synthetic);
    }
}
