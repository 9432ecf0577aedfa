using System.Diagnostics;

namespace MnistCnn.Mpi.Tests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class NetworkTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Ranks_on_two_hosts_exchange_over_the_cable_between_them()
    {
        using TwoHosts hosts = TwoHosts.CreateOrSkip();
        long before = hosts.BytesSent();
        using MpiJob job = hosts.Start("allreduce", "length=300000", "repeats=30");
        Assert.True(await job.Exit() == 0, job.Output);
        Assert.Contains("2 ranks", job.Output, StringComparison.Ordinal);

        // 30 timed and 20 other exchanges of 1.2 MB, each of which must leave its host at least once.
        long sent = hosts.BytesSent() - before;
        Assert.True(sent > 50 * 1_200_000L, $"{sent} bytes crossed the cable.");
    }

    [Theory]
    [InlineData("endless")]
    [InlineData("talk")]
    public async Task A_cut_cable_ends_the_job_on_both_hosts(string command)
    {
        using TwoHosts hosts = TwoHosts.CreateOrSkip();
        hosts.GiveUpRetransmissionsEarly();
        using MpiJob job = hosts.Start(command);
        await job.Ready(2);
        hosts.Cut();
        Assert.NotEqual(0, await job.Exit());
        Stopwatch clock = Stopwatch.StartNew();
        while (hosts.Processes() is { Length: > 0 } left)
        {
            Assert.True(clock.Elapsed < Deadline, $"Left running: {left.Replace('\n', ' ')}\n{job.Output}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_cable_that_is_mended_after_five_seconds_costs_nothing_but_time()
    {
        string end = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using TwoHosts hosts = TwoHosts.CreateOrSkip();
        using MpiJob job = hosts.Start("endless", $"until={end}");
        await job.Ready(2);
        hosts.Cut();
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        hosts.Mend();
        await File.WriteAllTextAsync(end, "", TestContext.Current.CancellationToken);
        Assert.True(await job.Exit() == 0, job.Output);
        Assert.Contains("ended rank 0", job.Output, StringComparison.Ordinal);
        File.Delete(end);
    }
}
