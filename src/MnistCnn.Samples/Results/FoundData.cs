using MnistCnn.Data;

namespace MnistCnn.Samples.Results;

/// <summary>Images to train on and to measure with.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to measure with.</param>
/// <param name="Name">For readers, for instance <c>Fashion-MNIST</c>.</param>
/// <param name="Folder">Where they came from; null where they were drawn.</param>
internal sealed record FoundData(IMnistDataset Train, IMnistDataset Test, string Name, string? Folder)
{
    public const string SyntheticName = "synthetic digits (not MNIST)";

    public static string NameOf(string variant) => variant switch
    {
        "fashion" => "Fashion-MNIST",
        "kmnist" => "KMNIST",
        "synthetic" => SyntheticName,
        _ => "MNIST",
    };

    public static FoundData Synthetic() => new(new SyntheticDigits(20_000), new SyntheticDigits(4_000, split: MnistSplit.Test), SyntheticName, null);

    public static FoundData Load(string folder, string variant)
    {
        Task<MnistDataset> test = Task.Run(() => MnistDataset.Load(folder, MnistSplit.Test));
        MnistDataset train = MnistDataset.Load(folder, MnistSplit.Train);
        return new(train, test.GetAwaiter().GetResult(), NameOf(variant), folder);
    }

    public static async Task<FoundData> FindAsync(string? folder, string variant, CancellationToken ct)
    {
        if (variant == "synthetic")
        {
            return Synthetic();
        }

        await Task.CompletedTask;
        ct.ThrowIfCancellationRequested();
        return folder is null ? Synthetic() : Load(folder, variant);
    }
}
