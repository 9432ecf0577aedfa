using System.Diagnostics;
using System.Runtime.CompilerServices;
using static MnistCnn.Tests.Data.DownloadSample;

namespace MnistCnn.Tests.Data;

/// <summary>Several processes that want the same files: this assembly, started again with a variable that makes it download and end.</summary>
public sealed class DownloadProcessTests
{
    private const string MirrorVariable = "MNISTCNN_TEST_MIRROR";
    private const string FolderVariable = "MNISTCNN_TEST_FOLDER";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_processes_download_once_and_all_load_the_files()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServer server = new(async (request, stream, token) =>
        {
            // Long enough for the others to arrive while the first still downloads.
            await Task.Delay(500, token);
            await LoopbackServer.SendAsync(request, stream, Files[request.Name], token);
        });

        List<Process> processes = [.. Enumerable.Range(0, 8).Select(_ => Start(server.Address, folder["cache"]))];
        foreach (Process? process in processes)
        {
            await process.WaitForExitAsync(Token);
            Assert.Equal(Count % 256, process.ExitCode);
            process.Dispose();
        }

        Assert.Equal([Images, Labels], server.Requests.Select(request => request.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task When_the_holder_of_the_lock_is_killed_the_next_one_continues_its_download()
    {
        using TemporaryFolder folder = new();
        TaskCompletionSource stalled = new();
        await using LoopbackServer server = new(async (request, stream, token) =>
        {
            if (request.From > 0 || request.Name == Labels)
            {
                await LoopbackServer.SendAsync(request, stream, Files[request.Name], token);
                return;
            }

            await LoopbackServer.WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {Files[Images].Length}\r\n\r\n", token);
            await stream.WriteAsync(Files[Images].AsMemory(0, 70_000), token);
            stalled.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });

        using Process holder = Start(server.Address, folder["cache"]);
        await stalled.Task.WaitAsync(Token);
        string part = folder[Path.Combine("cache", $".{Images}.part")];
        while (!File.Exists(part) || new FileInfo(part).Length == 0)
        {
            await Task.Delay(10, Token);
        }

        Task<string> waiting = new MnistDownloader(Impatient).DownloadAsync(Variant(server.Address), folder["cache"], cancellationToken: Token);
        await Task.Delay(200, Token);
        Assert.False(waiting.IsCompleted);

        holder.Kill();
        long killed = Stopwatch.GetTimestamp();
        string directory = await waiting;

        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"went on and finished {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:F0} ms after the kill"));
        Assert.Equal(Count, MnistDataset.Load(directory, MnistSplit.Test).Count);
        Assert.Contains(server.Requests, request => request.Name == Images && request.From > 0);
    }

#pragma warning disable CA2255 // This is an application: started again with the variable set it is the other process of these tests.
    [ModuleInitializer]
    internal static void DownloadIfAsked()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(MirrorVariable) is not { } mirror)
        {
            return;
        }

        MnistVariant variant = Variant(new Uri(mirror));
        string directory = new MnistDownloader(Impatient).DownloadAsync(variant, Environment.GetEnvironmentVariable(FolderVariable)).GetAwaiter().GetResult();
        Environment.Exit(MnistDataset.Load(directory, MnistSplit.Test).Count % 256);
    }

    private static Process Start(Uri mirror, string folder) =>
        OwnProcess.Start(new Dictionary<string, string> { [MirrorVariable] = mirror.ToString(), [FolderVariable] = folder });
}
