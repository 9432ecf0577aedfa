using MnistCnn.Data;

namespace MnistCnn.Tests;

/// <summary>Files of digits, for tests that need many but not those of MNIST: the real ones where they are, drawn ones elsewhere.</summary>
internal static class DigitFiles
{
    private const int TrainCount = 20_000;
    private const int TestCount = 10_000;

    private static readonly Lazy<string> Found = new(() => RealMnist.IsPresent ? RealMnist.Directory : Draw());

    public static string Directory => Found.Value;

    public static MnistDataset Train => MnistDataset.Load(Directory, MnistSplit.Train);

    public static MnistDataset Test => MnistDataset.Load(Directory, MnistSplit.Test);

    private static string Draw()
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("mnistcnn-digits-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(folder, recursive: true);
        Write(new SyntheticDigits(TrainCount, seed: 1), Path.Combine(folder, "train"));
        Write(new SyntheticDigits(TestCount, seed: 1, MnistSplit.Test), Path.Combine(folder, "t10k"));
        return folder;
    }

    private static void Write(SyntheticDigits digits, string prefix)
    {
        byte[] images = new byte[digits.Count * 784], labels = new byte[digits.Count];
        for (int i = 0; i < digits.Count; i++)
        {
            digits.GetImage(i).CopyTo(images.AsSpan(i * 784));
            labels[i] = digits.GetLabel(i);
        }

        IdxWriter.Write<byte>(prefix + "-images-idx3-ubyte.gz", images, digits.Count, 28, 28);
        IdxWriter.Write<byte>(prefix + "-labels-idx1-ubyte.gz", labels, digits.Count);
    }
}
