using System.Globalization;
using MnistCnn.Data;

namespace MnistCnn;

/// <summary>Downloads the files of a published data set into a folder, each verified before it gets its name, and each only once.</summary>
/// <remarks>
/// <para>A file that is there and right (length and hash) is left alone, so that a good cache needs no network. A file that is wrong is fetched again. Data
/// goes to a hidden temporary file in the same folder, which an interrupted download leaves behind and a later one continues, and is renamed when it is
/// complete, verified, and safe on the disk.</para>
/// <para>Mirrors are asked in order; any failure, a wrong hash included, leads to another try or to the next mirror. Redirects are followed to HTTPS only, five
/// at most.</para>
/// <para>Thread-safe; several processes that want the same files at once wait for the one that downloads them.</para>
/// </remarks>
public sealed class MnistDownloader
{
    private readonly MnistDownloaderOptions options;
    private readonly MirrorClient client;

    /// <summary>Makes a downloader.</summary>
    /// <param name="options">Patience and folders; null for the defaults.</param>
    /// <param name="client">The client to use, which stays the caller's; null for a shared one with the proxy settings of the system.</param>
    public MnistDownloader(MnistDownloaderOptions? options = null, HttpClient? client = null)
    {
        this.options = options ?? new MnistDownloaderOptions();
        this.client = new MirrorClient(client ?? MirrorClient.Shared, this.options.IdleTimeout);
    }

    /// <summary>The folder that <see cref="DownloadAsync"/> uses if it is given none. It may not exist yet.</summary>
    /// <param name="variant">The data set.</param>
    public string DirectoryOf(MnistVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return Path.Combine(CacheFolder.Find(options.CacheDirectory, Environment.GetEnvironmentVariable), variant.Folder);
    }

    /// <summary>Makes sure that all files of a data set are in a folder.</summary>
    /// <param name="variant">The data set.</param>
    /// <param name="directory">
    /// The folder, made if it does not exist; null for one in the user's cache (see <see cref="MnistDownloaderOptions.CacheDirectory"/>).
    /// </param>
    /// <param name="progress">Hears of each quarter of a MiB.</param>
    /// <param name="cancellationToken">Ends waiting and downloading; what has come so far is kept for the next time.</param>
    /// <returns>The full path of the folder, for <see cref="MnistDataset.Load(string, MnistVariant, MnistSplit)"/>.</returns>
    /// <exception cref="MnistDownloadException">A file could be had from no mirror; the message lists the cause of each failure.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public async Task<string> DownloadAsync(
        MnistVariant variant, string? directory = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        directory = Path.GetFullPath(directory ?? DirectoryOf(variant));
        if (await MissingAsync(variant, directory, cancellationToken).ConfigureAwait(false) is [])
        {
            return directory;
        }

        Directory.CreateDirectory(directory);
        using IDisposable exclusive = await FolderLock.AcquireAsync(directory, cancellationToken).ConfigureAwait(false);
        // Another process may have been at work while this one waited.
        foreach (MnistFile file in await MissingAsync(variant, directory, cancellationToken).ConfigureAwait(false))
        {
            await FetchAsync(variant, file, Path.Combine(directory, file.Name), progress, cancellationToken).ConfigureAwait(false);
        }

        return directory;
    }

    private static async Task<List<MnistFile>> MissingAsync(MnistVariant variant, string directory, CancellationToken cancellationToken)
    {
        List<MnistFile> missing = [];
        foreach (MnistFile file in variant.Files)
        {
            FileInfo info = new(Path.Combine(directory, file.Name));
            bool good = info.Exists && info.Length == (file.Size ?? info.Length)
                && (file.Hash.Value is null || await PartFile.HashOfAsync(info.FullName, file.Hash.Algorithm, cancellationToken)
                    .ConfigureAwait(false) == file.Hash.Value);
            if (!good)
            {
                missing.Add(file);
            }
        }

        return missing;
    }

    private async Task FetchAsync(MnistVariant variant, MnistFile file, string target, IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        FileDownload download = new(client, file, target, progress);
        List<string> causes = [];
        DownloadFault? last = null;
        foreach (Uri mirror in variant.Mirrors)
        {
            Uri address = new(mirror, file.Name);
            for (int attempt = 1; attempt <= options.TriesPerMirror; attempt++)
            {
                last = await TryAsync(download, address, cancellationToken).ConfigureAwait(false);
                if (last is null)
                {
                    return;
                }

                causes.Add(string.Create(CultureInfo.InvariantCulture, $"{address}, try {attempt}: {last.Message}"));
                if (!last.IsTemporary)
                {
                    break;
                }

                if (attempt < options.TriesPerMirror)
                {
                    await Task.Delay(options.FirstDelay * Math.Pow(2, attempt - 1), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        throw new MnistDownloadException(target, causes, last);
    }

    private async Task<DownloadFault?> TryAsync(FileDownload download, Uri address, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.TryTimeout);
        try
        {
            await download.RunAsync(address, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (DownloadFault fault)
        {
            return fault;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new DownloadFault(string.Create(CultureInfo.InvariantCulture,
                $"expected the whole file within {options.TryTimeout.TotalSeconds:0.###} s, found less"), temporary: false, exception);
        }
    }
}
