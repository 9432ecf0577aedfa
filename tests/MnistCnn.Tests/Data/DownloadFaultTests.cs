using System.Net;
using MnistCnn.Data;
using static MnistCnn.Tests.Data.DownloadSample;
using static MnistCnn.Tests.Data.LoopbackServer;

namespace MnistCnn.Tests.Data;

/// <summary>Whatever a mirror does, the file comes whole from the next one; if that is as bad, the exception says what each has done.</summary>
public sealed class DownloadFaultTests
{
    private static readonly byte[] Body = Files[Images];

    /// <summary>Gives a silent mirror up soon, yet not one that answers on a busy machine.</summary>
    private static readonly MnistDownloaderOptions Idle = Impatient with { IdleTimeout = TimeSpan.FromSeconds(3), TriesPerMirror = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_short_body_is_reported() => Fails($"expected {Body.Length} bytes, found a length of 1000", Answer(200, 1000, Body[..1000]));

    [Fact]
    public Task A_connection_that_breaks_off_is_reported() => Fails("expected more data, found a broken connection", Answer(200, Body.Length, Body[..1000]),
        keepsPart: true);

    [Fact]
    public Task A_body_cut_without_a_length_is_reported() => Fails($"expected {Body.Length} bytes, found the end after 1000", Answer(200, null, Body[..1000]),
        keepsPart: true);

    [Fact]
    public Task A_stalled_body_ends_with_the_idle_timeout() => Fails("expected data within 3 s, found none", Stall(1000), keepsPart: true, Idle);

    [Fact]
    public Task Silence_before_the_headers_ends_with_the_idle_timeout() =>
        Fails("expected data within 3 s, found none", (_, _, token) => Task.Delay(Timeout.Infinite, token), options: Idle);

    [Fact]
    public Task A_body_that_drips_ends_with_the_deadline() => Fails(
        "expected the whole file within 3 s, found less",
        async (request, stream, token) =>
        {
            await WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n", token);
            for (int i = 0; ; i++)
            {
                await stream.WriteAsync(Body.AsMemory(i, 1), token);
                await Task.Delay(20, token);
            }
        },
        keepsPart: true,
        Impatient with { TryTimeout = TimeSpan.FromSeconds(3), TriesPerMirror = 1 });

    [Fact]
    public Task A_page_instead_of_the_file_is_reported() => Fails("expected a file, found a page (text/html)",
        Answer(200, null, "<html>"u8.ToArray(), "Content-Type: text/html; charset=utf-8\r\n"));

    [Fact]
    public Task A_wrong_hash_is_reported() => Fails("expected SHA-256", Answer(200, Body.Length, Idx.Flip(Body, 77)));

    [Fact]
    public Task A_redirect_loop_ends_after_five() => Fails("expected at most 5 redirects, found another one to http://127.0.0.1",
        Answer(302, 0, [], "Location: /again\r\n"));

    [Fact]
    public Task A_redirect_to_nowhere_is_reported() => Fails("expected a redirect with an address, found none", Answer(302, 0, []));

    [Fact]
    public Task A_redirect_to_plain_HTTP_elsewhere_is_refused() => Fails("expected redirects to HTTPS, found one to http://example.org/x",
        Answer(302, 0, [], "Location: http://example.org/x\r\n"));

    [Fact]
    public Task A_body_longer_than_it_should_be_is_cut_off() => Fails($"expected {Body.Length} bytes, found more", Answer(200, null, [.. Body, 0]));

    [Fact]
    public Task A_missing_file_is_not_asked_for_again() => Fails("expected HTTP status 200, found 404", Answer(404, 0, []));

    [Fact]
    public async Task A_busy_mirror_is_asked_three_times()
    {
        IReadOnlyList<string> causes = await Fails("expected HTTP status 200, found 503", Answer(503, 0, []));
        Assert.Equal(["try 1", "try 2", "try 3", "try 1", "try 2", "try 3"], causes.Select(cause => cause.Split(", ")[1][..5]));
    }

    [Fact]
    public async Task HTTPS_is_never_left_for_HTTP()
    {
        using TemporaryFolder folder = new();
        using HttpClient client = new(new Redirecting());
        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() =>
            new MnistDownloader(Impatient, client).DownloadAsync(ImagesOnly(new Uri("https://mirror.example/a")), folder.Root, cancellationToken: Token));
        Assert.Equal([$"https://mirror.example/a/{Images}, try 1: expected redirects to HTTPS, found one to http://127.0.0.1/x"], exception.Causes);
    }

    [Fact]
    public async Task A_download_that_broke_off_is_continued_and_one_that_cannot_be_is_begun_anew()
    {
        foreach (bool honoursRange in (bool[])[true, false])
        {
            using TemporaryFolder folder = new();
            bool first = true;
            await using LoopbackServer server = new((request, stream, token) =>
            {
                Func<Request, Stream, CancellationToken, Task> answer = first ? Answer(200, Body.Length, Body[..1000]) : honoursRange ? (r, s, t) =>
                    SendAsync(r, s, Body, t) : Answer(200, Body.Length, Body);
                first = false;
                return answer(request, stream, token);
            });

            await new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder.Root, cancellationToken: Token);
            Assert.Equal([0, 1000], server.Requests.Select(request => request.From));
            Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
        }
    }

    [Fact]
    public async Task A_beginning_that_does_not_belong_to_the_file_is_thrown_away()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = Serving(Files);
        await File.WriteAllBytesAsync(folder[$".{Images}.part"], new byte[500], Token);

        await new MnistDownloader(Impatient).DownloadAsync(ImagesOnly(server.Address), folder.Root, cancellationToken: Token);
        Assert.Equal([500, 0], server.Requests.Select(request => request.From));
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0b")]
    [InlineData("C:x")]
    [InlineData("")]
    [InlineData(" ")]
    public void Names_that_lead_elsewhere_are_refused_before_anything_is_read_or_written(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => new MnistFile(name));
        Assert.ThrowsAny<ArgumentException>(() => new MnistVariant(name, [new("x")], [new("https://example.org")], ["a"]));
    }

    [Theory]
    [InlineData("http://example.org/")]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/")]
    public void Mirrors_must_be_HTTPS(string mirror) =>
        Assert.Contains(mirror, Assert.Throws<ArgumentException>(() => MnistVariant.Mnist with { Mirrors = [new(mirror)] }).Message, StringComparison.Ordinal);

    /// <summary>With a good second mirror the download succeeds; with two bad ones it fails, and both are named.</summary>
    private static async Task<IReadOnlyList<string>> Fails(string cause, Func<Request, Stream, CancellationToken, Task> answer, bool keepsPart = false,
        MnistDownloaderOptions? options = null)
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer bad = new(answer);
        await using LoopbackServer worse = new(answer);
        await using LoopbackServer good = Serving(Files);
        MnistDownloader downloader = new(options ?? Impatient);

        MnistDownloadException exception = await Assert.ThrowsAsync<MnistDownloadException>(() =>
            downloader.DownloadAsync(ImagesOnly(bad.Address, worse.Address), folder.Root, cancellationToken: Token));
        Assert.StartsWith($"'{folder[Images]}' could not be downloaded:", exception.Message, StringComparison.Ordinal);
        Assert.Contains(exception.Causes, line => line.StartsWith($"{bad.Address}{Images}, try 1: {cause}", StringComparison.Ordinal));
        Assert.Contains(exception.Causes, line => line.StartsWith(worse.Address.ToString(), StringComparison.Ordinal));
        Assert.All(exception.Causes, line => Assert.Contains(line, exception.Message, StringComparison.Ordinal));
        Assert.False(File.Exists(folder[Images]));
        Assert.Equal(keepsPart, File.Exists(folder[$".{Images}.part"]) && new FileInfo(folder[$".{Images}.part"]).Length > 0);

        await downloader.DownloadAsync(ImagesOnly(bad.Address, good.Address), folder.Root, cancellationToken: Token);
        Assert.Equal(Body, await File.ReadAllBytesAsync(folder[Images], Token));
        Assert.Equal([FolderLock.FileName, Images], folder.Names);
        return exception.Causes;
    }

    private static Func<Request, Stream, CancellationToken, Task> Answer(int status, int? length, byte[] body, string headers = "") =>
        async (_, stream, token) =>
    {
        await WriteAsync(stream, $"HTTP/1.1 {status} Test\r\n{headers}{(length is null ? "" : $"Content-Length: {length}\r\n")}Connection: close\r\n\r\n",
            token);
        await stream.WriteAsync(body, token);
    };

    private static Func<Request, Stream, CancellationToken, Task> Stall(int after) => async (_, stream, token) =>
    {
        await Answer(200, Body.Length, Body[..after])(new("", 0), stream, token);
        await Task.Delay(Timeout.Infinite, token);
    };

    private sealed class Redirecting : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Found) { RequestMessage = request, Headers = { Location = new Uri("http://127.0.0.1/x") } });
    }
}
