namespace MnistCnn.Data;

/// <summary>The four IDX files of MNIST, under MNIST's names.</summary>
internal sealed class PlainLayout : SetLayout
{
    public static PlainLayout Instance { get; } = new();

    public override MnistDataset Load(string directory, MnistVariant variant, MnistSplit split) => MnistDataset.Load(directory, split, variant.ClassNames);
}
