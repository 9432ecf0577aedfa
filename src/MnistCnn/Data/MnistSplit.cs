namespace MnistCnn;

/// <summary>The parts in which data sets of MNIST's family are published.</summary>
public enum MnistSplit
{
    /// <summary>The training images (<c>train-…</c>), 60,000 in MNIST.</summary>
    Train,

    /// <summary>The test images (<c>t10k-…</c>), 10,000 in MNIST.</summary>
    Test,

    /// <summary>The images that MNIST left out, 50,000 in QMNIST; no other set has them.</summary>
    Extra,
}
