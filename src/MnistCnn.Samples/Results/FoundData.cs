using MnistCnn.Data;
using MnistCnn.Samples.CommandLine;

namespace MnistCnn.Samples.Results;

/// <summary>Images to train on and to measure with.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to measure with.</param>
/// <param name="Name">For readers, for instance <c>Fashion-MNIST</c>.</param>
internal sealed record FoundData(IMnistDataset Train, IMnistDataset Test, string Name)
{
    private const string SyntheticName = "synthetic digits (not MNIST)";

    private static readonly Dictionary<string, (MnistVariant Published, string Name)> Variants = new()
    {
        ["mnist"] = (MnistVariant.Mnist, "MNIST"),
        ["fashion"] = (MnistVariant.FashionMnist, "Fashion-MNIST"),
        ["kmnist"] = (MnistVariant.KMnist, "KMNIST"),
    };

    public static FoundData Synthetic() => new(new SyntheticDigits(20_000), new SyntheticDigits(4_000, split: MnistSplit.Test), SyntheticName);

    /// <summary>Looks in the folder, or, without one, in the cache folder and then on the web.</summary>
    /// <param name="folder">The folder, or null.</param>
    /// <param name="variant">Which data set.</param>
    /// <param name="ct">Ends the download.</param>
    /// <param name="meanwhile">Called before the larger part is read, to begin what can be done beside it.</param>
    /// <exception cref="IOException">The files are not there, not valid, or could not be downloaded.</exception>
    public static async Task<FoundData> FindAsync(string? folder, string variant, CancellationToken ct, Action? meanwhile = null)
    {
        if (variant == "synthetic")
        {
            return Synthetic();
        }

        (MnistVariant published, string name) = Variants[variant];
        folder ??= await DownloadAsync(variant, null, new MnistDownloaderOptions { TriesPerMirror = 1 }, ct);
        MnistDataset test = MnistDataset.Load(folder, MnistSplit.Test, published.ClassNames);
        meanwhile?.Invoke();
        return new(MnistDataset.Load(folder, MnistSplit.Train, published.ClassNames), test, name);
    }

    /// <summary>As <see cref="FindAsync"/>, but where nothing was asked for and nothing can be had, warns and draws digits.</summary>
    public static async Task<FoundData> FindOrDrawAsync(string? folder, string variant, CancellationToken ct, Action? meanwhile = null)
    {
        try
        {
            return await FindAsync(folder, variant, ct, meanwhile);
        }
        catch (MnistDownloadException e)
        {
            if (!Launch.IsFirst)
            {
                return Synthetic();
            }

            string cause = e.Causes.Count > 0 ? e.Causes[0] : e.Message;
            Console.Error.WriteLine($"warning: no {Variants[variant].Name} in the cache, and it cannot be downloaded ({cause}). Training on {SyntheticName}. Give --data DIR for files that you have.");
            return Synthetic();
        }
    }

    /// <summary>Downloads what is missing and says so.</summary>
    public static async Task<string> DownloadAsync(string variant, string? folder, MnistDownloaderOptions options, CancellationToken ct)
    {
        HashSet<string> announced = [];
        Announcement announcement = new(progress =>
        {
            if (announced.Add(progress.File))
            {
                Console.Error.WriteLine($"downloading {progress.File}, {progress.TotalBytes:N0} bytes");
            }
        });
        return await new MnistDownloader(options).DownloadAsync(Variants[variant].Published, folder, announcement, ct);
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, reports at once and in order.</summary>
    private sealed class Announcement(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }
}
