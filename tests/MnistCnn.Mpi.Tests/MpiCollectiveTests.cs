namespace MnistCnn.Mpi.Tests;

public sealed class MpiCollectiveTests
{
    [Theory]
    [InlineData("openmpi-bin", 1)]
    [InlineData("openmpi-bin", 2)]
    [InlineData("openmpi-bin", 3)]
    [InlineData("openmpi-bin", 4)]
    [InlineData("mpich", 3)]
    public async Task Every_call_gives_what_the_ranks_sent_and_the_same_bits_everywhere_and_in_every_run(string package, int ranks)
    {
        HashSet<string> hashes = [];
        for (int run = 0; run < 2; run++)
        {
            using MpiJob job = MpiJob.Start(MpiLauncherCommand.Named(package), ranks, "exchange", $"ranks={ranks}", "length=300002");
            Assert.True(await job.Exit() == 0, job.Output);
            string[] lines = [.. job.Output.Split('\n').Where(l => l.Contains(" ok ", StringComparison.Ordinal))];
            Assert.Equal(ranks, lines.Length);
            hashes.UnionWith(lines.Select(l => l.Split(' ')[^1]));
        }

        Assert.Single(hashes);
    }

    [Fact]
    public async Task Messages_larger_than_the_exchange_buffer_go_in_parts()
    {
        // 17,000,000 numbers of 4 bytes are more than 64 MiB.
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 2, "exchange", "ranks=2", "length=17000000");
        Assert.True(await job.Exit() == 0, job.Output);
    }

    [Theory]
    [InlineData("openmpi-bin")]
    [InlineData("mpich")]
    public async Task A_null_reference_stays_an_exception_that_can_be_caught(string package)
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.Named(package), 2, "null");
        Assert.True(await job.Exit() == 0, job.Output);
        Assert.Contains("caught on rank 1", job.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE", "Open MPI")]
    [InlineData("PMI_SIZE", "MPICH")]
    public async Task A_launcher_that_says_another_number_of_ranks_than_the_library_is_a_clear_error(string variable, string launcher)
    {
        MpiLauncherCommand.OpenMpi.SkipUnlessInstalled();
        using MpiJob job = MpiJob.Start([], "initialize", [], new Dictionary<string, string> { [variable] = "4" });
        Assert.Equal(1, await job.Exit());
        Assert.Contains($"expected 4 ranks, as the launcher ({launcher}) says, found 1 in", job.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_without_a_launcher_is_the_only_rank()
    {
        MpiLauncherCommand.OpenMpi.SkipUnlessInstalled();
        using MpiJob job = MpiJob.Start([], "initialize", []);
        Assert.Equal(0, await job.Exit());
        Assert.Equal("rank 0 of 1, 1 here", job.Output);
    }
}
