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

    public static FoundData Synthetic() => new(new SyntheticDigits(20_000), new SyntheticDigits(4_000, split: MnistSplit.Test), SyntheticName);

    /// <summary>Looks at what was given, or, without it, in the cache folder and then on the web.</summary>
    /// <param name="data">A folder or an .npz file, or null.</param>
    /// <param name="variant">Which data set.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <param name="meanwhile">Called before the larger part is read, to begin what can be done beside it.</param>
    /// <exception cref="IOException">The files are not there, not valid, or could not be downloaded.</exception>
    public static async Task<FoundData> FindAsync(string? data, string variant, CancellationToken cancellationToken, Action? meanwhile = null)
    {
        if (variant == "synthetic")
        {
            return Synthetic();
        }

        MnistVariant published = MnistVariant.Parse(variant);
        if (data is not null && OwnData.Is(data, published))
        {
            return OwnData.ForTraining(data, published, cancellationToken);
        }

        string folder = data ?? await DownloadAsync(
            variant, null, new MnistDownloaderOptions { TriesPerMirror = 1, TryTimeout = TimeSpan.FromHours(1) }, cancellationToken);
        MnistDataset test = MnistDataset.Load(folder, published, MnistSplit.Test);
        meanwhile?.Invoke();
        return new(MnistDataset.Load(folder, published, MnistSplit.Train), test, published.Title);
    }

    /// <summary>As <see cref="FindAsync"/>, but measures on all pictures of the user's folder.</summary>
    public static async Task<FoundData> ForEvaluationAsync(string? data, string variant, CancellationToken cancellationToken) =>
        data is not null && variant != "synthetic" && OwnData.Is(data, MnistVariant.Parse(variant))
            ? OwnData.ForEvaluation(data, MnistVariant.Parse(variant), cancellationToken) : await FindAsync(data, variant, cancellationToken);

    /// <summary>As <see cref="FindAsync"/>, but where nothing was asked for and nothing can be had, warns and draws digits.</summary>
    public static async Task<FoundData> FindOrDrawAsync(string? data, string variant, CancellationToken cancellationToken, Action? meanwhile = null)
    {
        try
        {
            return await FindAsync(data, variant, cancellationToken, meanwhile);
        }
        catch (MnistDownloadException e)
        {
            if (!Launch.IsFirst)
            {
                return Synthetic();
            }

            string cause = e.Causes.Count > 0 ? e.Causes[0] : e.Message;
            Console.Error.WriteLine(
                $"warning: no {MnistVariant.Parse(variant).Title} in the cache, and it cannot be downloaded ({cause}). Training on {SyntheticName}. Give "
                + "--data DIR for files that you have.");
            return Synthetic();
        }
    }

    /// <summary>Keeps some of the training images back, as many of each class as its share.</summary>
    /// <param name="count">How many; at most a tenth of them are.</param>
    public (FoundData Data, IMnistDataset? HeldOut) HoldOut(int count)
    {
        double share = Math.Min(0.1, count / (double)Train.Count);
        if (share * Train.Count < 1)
        {
            return (this, null);
        }

        (MnistDataset heldOut, MnistDataset train) = (Train as MnistDataset ?? OwnData.InMemory(Train)).Split(share, seed: 0);
        return (this with { Train = train }, heldOut);
    }

    /// <summary>Downloads what is missing and says so.</summary>
    public static async Task<string> DownloadAsync(string variant, string? folder, MnistDownloaderOptions options, CancellationToken cancellationToken)
    {
        HashSet<string> announced = [];
        Announcement announcement = new(progress =>
        {
            if (announced.Add(progress.File))
            {
                Console.Error.WriteLine($"downloading {progress.File}, {progress.TotalBytes:N0} bytes");
            }
        });
        return await new MnistDownloader(options).DownloadAsync(MnistVariant.Parse(variant), folder, announcement, cancellationToken);
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, reports at once and in order.</summary>
    private sealed class Announcement(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }
}
