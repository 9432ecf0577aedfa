using System.Globalization;
using System.Net;
using System.Text;
using MnistCnn.Data;
using static MnistCnn.Tests.Data.DownloadSample;
using static MnistCnn.Tests.Data.LoopbackServer;

namespace MnistCnn.Tests.Data;

/// <summary>What a download does after each HTTP status, and where the catalog knows neither size nor hash.</summary>
public sealed class DownloadStatusTests
{
    private static readonly byte[] Body = Files[Images];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408, 3)]
    [InlineData(429, 3)]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    [InlineData(400, 1)]
    [InlineData(403, 1)]
    [InlineData(410, 1)]
    public async Task A_status_that_may_pass_is_tried_again_and_another_is_not(int status, int tries)
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = new((_, stream, token) => HeadAsync(stream, $"{status} Test", 0, token));
        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() => DownloadAsync(server, folder));
        Assert.Equal(tries, server.Requests.Count);
        Assert.Equal(tries, exception.Causes.Count);
        Assert.All(exception.Causes, cause => Assert.Contains($"expected HTTP status 200, found {status}", cause, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_that_was_busy_twice_gives_the_file_at_the_third_try()
    {
        using TemporaryFolder folder = new();
        int left = 2;
        await using LoopbackServer server = new((request, stream, token) =>
            left-- > 0 ? HeadAsync(stream, "429 Too Many Requests", 0, token) : SendAsync(request, stream, Body, token));
        await DownloadAsync(server, folder);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Fact]
    public async Task After_416_the_beginning_is_thrown_away_and_the_whole_file_asked_for()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder[$".{Images}.part"], Body[..700], Token);
        await using LoopbackServer server = new((request, stream, token) =>
            request.From > 0 ? HeadAsync(stream, "416 Range Not Satisfiable", 0, token) : SendAsync(request, stream, Body, token));
        await DownloadAsync(server, folder);
        Assert.Equal([700, 0], server.Requests.Select(request => request.From));
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_beginning_as_long_as_the_file_or_longer_is_not_continued(int more)
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder[$".{Images}.part"], new byte[Body.Length + more], Token);
        await using LoopbackServer server = Serving(Files);
        await DownloadAsync(server, folder);
        Assert.Equal([0], server.Requests.Select(request => request.From));
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Fact]
    public async Task Bytes_from_another_place_than_was_asked_for_are_refused()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder[$".{Images}.part"], Body[..700], Token);
        await using LoopbackServer server = new(async (request, stream, token) =>
        {
            int from = request.From + 1;
            await HeadAsync(stream, "206 Partial Content", Body.Length - from, token, $"Content-Range: bytes {from}-{Body.Length - 1}/{Body.Length}\r\n");
            await stream.WriteAsync(Body.AsMemory(from), token);
        });
        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() => DownloadAsync(server, folder));
        Assert.EndsWith("expected the bytes from 700, found those from 701", Assert.Single(exception.Causes), StringComparison.Ordinal);
        Assert.False(File.Exists(folder[Images]));
    }

    /// <summary>The variable MNISTCNN_BREAKS sets at how many places of the answer, its headers included, the connection breaks.</summary>
    [Fact]
    public async Task Wherever_a_connection_breaks_the_next_try_ends_with_the_file()
    {
        int breaks = int.Parse(Environment.GetEnvironmentVariable("MNISTCNN_BREAKS") ?? "40", CultureInfo.InvariantCulture);
        byte[] answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n"), .. Body];
        for (int i = 0; i < breaks; i++)
        {
            // Half of the places within the first 100 bytes.
            int at = i % 2 == 0 ? i * 100 / breaks : (int)((long)i * answer.Length / breaks);
            using TemporaryFolder folder = new();
            bool isFirst = true;
            await using LoopbackServer server = new(async (request, stream, token) =>
            {
                if (!isFirst)
                {
                    await SendAsync(request, stream, Body, token);
                    return;
                }

                isFirst = false;
                await stream.WriteAsync(answer.AsMemory(0, at), token);
            });
            await DownloadAsync(server, folder);
            Assert.Equal(2, server.Requests.Count);
            Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_of_unknown_size_and_hash_is_as_long_as_the_mirror_says(bool isCut)
    {
        using TemporaryFolder folder = new();
        bool cuts = isCut;
        await using LoopbackServer server = new(async (request, stream, token) =>
        {
            if (!cuts)
            {
                await SendAsync(request, stream, Body, token);
                return;
            }

            cuts = false;
            await HeadAsync(stream, "200 OK", Body.Length, token);
            await stream.WriteAsync(Body.AsMemory(0, 900), token);
        });
        MnistVariant unknown = new("sample", [new MnistFile(Images)], [server.Address], ["a"]);
        await new MnistDownloader(Impatient).DownloadAsync(unknown, folder.Root, cancellationToken: Token);
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
        // Without a hash nothing tells whether a beginning belongs to the file: it is not continued.
        Assert.Equal(isCut ? [0, 0] : [0], server.Requests.Select(request => request.From));

        // What is there is taken for right.
        await new MnistDownloader(Impatient).DownloadAsync(unknown, folder.Root, cancellationToken: Token);
        Assert.Equal(isCut ? 2 : 1, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://mirror.example/elsewhere")]
    [InlineData("http://127.0.0.1/elsewhere")]
    [InlineData("ftp://mirror.example/elsewhere")]
    public async Task A_client_that_followed_redirects_by_itself_is_trusted_with_HTTPS_only(string final)
    {
        using TemporaryFolder folder = new();
        using HttpClient client = new(new Following(new Uri(final)));
        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() => new MnistDownloader(Impatient, client)
            .DownloadAsync(ImagesOnly(new Uri("https://mirror.example/a")), folder.Root, cancellationToken: Token));
        Assert.EndsWith($"expected redirects to HTTPS, found one to {final}", Assert.Single(exception.Causes), StringComparison.Ordinal);
        using HttpClient safe = new(new Following(new Uri("https://elsewhere.example/b")));
        await new MnistDownloader(Impatient, safe).DownloadAsync(ImagesOnly(new Uri("https://mirror.example/a")), folder.Root, cancellationToken: Token);
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Fact]
    public async Task A_folder_in_which_nothing_can_be_made_is_an_error_of_the_file_system()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["file"], "", Token);
        await using LoopbackServer server = Serving(Files);
        await Assert.ThrowsAnyAsync<IOException>(() =>
            new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder[Path.Combine("file", "below")], cancellationToken: Token));
        Assert.Empty(server.Requests);
    }

    private static Task<string> DownloadAsync(LoopbackServer server, TemporaryFolder folder) =>
        new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder.Root, cancellationToken: Token);

    private static Task HeadAsync(Stream stream, string status, int length, CancellationToken token, string headers = "") =>
        WriteAsync(stream, $"HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n", token);

    private sealed class Following(Uri final) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = final;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new ByteArrayContent(Body) });
        }
    }
}
