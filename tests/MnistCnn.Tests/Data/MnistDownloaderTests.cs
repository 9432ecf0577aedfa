using System.Collections.Concurrent;
using MnistCnn.Data;
using static MnistCnn.Tests.Data.DownloadSample;

namespace MnistCnn.Tests.Data;

public sealed class MnistDownloaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_downloaded_once_and_then_need_no_network()
    {
        using TemporaryFolder folder = new();
        LoopbackServer server = LoopbackServer.Serving(Files);
        ConcurrentBag<DownloadProgress> heard = [];
        string directory = await new MnistDownloader(Impatient).DownloadAsync(Variant(server.Address), folder["new"], new Listener(heard.Add), Token);
        await server.DisposeAsync();

        Assert.Equal(folder["new"], directory);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(Count, MnistDataset.Load(directory, MnistSplit.Test).Count);
        Assert.Equal([FolderLock.FileName, Images, Labels], Directory.GetFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains(heard, progress => progress.File == Images && progress.TotalBytes == Files[Images].Length && progress.BytesReceived > 0);

        Assert.Equal(directory, await new MnistDownloader(Impatient).DownloadAsync(Variant(server.Address), directory, cancellationToken: Token));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_corrupt_cached_file_is_fetched_again_and_without_network_it_is_reported()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = LoopbackServer.Serving(Files);
        foreach ((string? name, byte[]? content) in Files)
        {
            await File.WriteAllBytesAsync(folder[name], Idx.Flip(content, 100 % content.Length), Token);
        }

        using (HttpClient offline = new(new Offline()))
        {
            MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() =>
                new MnistDownloader(Impatient, offline).DownloadAsync(Variant(server.Address), folder.Root, cancellationToken: Token));
            Assert.Equal(folder[Images], exception.Path);
            Assert.Contains("expected a connection, found: no network", exception.Message, StringComparison.Ordinal);
        }

        await new MnistDownloader(Impatient).DownloadAsync(Variant(server.Address), folder.Root, cancellationToken: Token);
        Assert.Equal(Count, MnistDataset.Load(folder.Root, MnistSplit.Test).Count);
    }

    [Fact]
    public async Task Redirects_on_this_machine_are_followed()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = new((request, stream, token) => request.Name == Images
            ? LoopbackServer.WriteAsync(stream, "HTTP/1.1 302 Found\r\nLocation: /elsewhere/real\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", token)
            : LoopbackServer.SendAsync(request, stream, Files[Images], token));

        await new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder.Root, cancellationToken: Token);
        Assert.Equal([Images, "real"], server.Requests.Select(request => request.Name));
    }

    [Fact]
    public async Task Canceling_keeps_what_has_come_and_the_next_download_continues_it()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource cancel = new();
        await using (LoopbackServer stalling = new(async (_, stream, token) =>
        {
            await LoopbackServer.WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {Files[Images].Length}\r\n\r\n", token);
            await stream.WriteAsync(Files[Images].AsMemory(0, 5000), token);
            await Task.Delay(Timeout.Infinite, token);
        }))
        {
            Task<string> download = new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(stalling.Address), folder.Root, new Listener(_ => cancel.Cancel()),
                cancel.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download);
        }

        long part = new FileInfo(folder[$".{Images}.part"]).Length;
        Assert.InRange(part, 1, 5000);
        await using LoopbackServer server = LoopbackServer.Serving(Files);
        await new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder.Root, cancellationToken: Token);
        Assert.Equal(part, Assert.Single(server.Requests).From);
        Assert.Equal(Files[Images], await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Fact]
    public void The_cache_folder_follows_option_variable_and_system()
    {
        Assert.Equal(Path.GetFullPath("chosen"), CacheFolder.Find("chosen", _ => "/variable"));
        Assert.Equal(Path.GetFullPath("/variable"), CacheFolder.Find(null, name => name == "MNISTCNN_CACHE" ? "/variable" : null));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal("/xdg/MnistCnn", CacheFolder.Find(null, name => name == "XDG_CACHE_HOME" ? "/xdg" : null));
            Assert.EndsWith("/.cache/MnistCnn", CacheFolder.Find(null, name => name == "XDG_CACHE_HOME" ? "relative" : null), StringComparison.Ordinal);
        }

        Assert.Equal("fashion-mnist", Path.GetFileName(new MnistDownloader().DirectoryOf(MnistVariant.FashionMnist)));
    }

    [Fact]
    public void The_known_files_are_those_of_the_published_sets()
    {
        foreach (MnistVariant variant in (MnistVariant[])[MnistVariant.Mnist, MnistVariant.FashionMnist, MnistVariant.KMnist])
        {
            Assert.Equal(4, variant.Files.Count);
            Assert.Equal(10, variant.ClassNames.Count);
            Assert.All(variant.Files, file => Assert.True(file is { Size: > 0, Sha256.Length: 64 }));
            Assert.All(variant.Mirrors, mirror => Assert.True(mirror.Scheme == "https" && mirror.AbsoluteUri.EndsWith('/') && mirror.Host != "yann.lecun.com"));
        }
    }

    [Fact]
    public async Task The_real_MNIST_files_are_recognised()
    {
        RealMnist.SkipUnlessPresent();
        using HttpClient offline = new(new Offline());
        Assert.Equal(RealMnist.Directory, await new MnistDownloader(Impatient, offline)
            .DownloadAsync(MnistVariant.Mnist, RealMnist.Directory, cancellationToken: Token));
    }

    private sealed class Listener(Action<DownloadProgress> hear) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => hear(value);
    }

    private sealed class Offline : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("no network");
    }
}
