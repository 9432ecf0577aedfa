namespace MnistCnn.Data;

/// <summary>The two parts in which MNIST-format data sets are published.</summary>
public enum MnistSplit
{
    /// <summary>The training images (<c>train-…</c>), 60,000 in MNIST.</summary>
    Train,

    /// <summary>The test images (<c>t10k-…</c>), 10,000 in MNIST.</summary>
    Test,
}
