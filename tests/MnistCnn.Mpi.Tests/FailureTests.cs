namespace MnistCnn.Mpi.Tests;

public sealed class FailureTests
{
    [Theory]
    [InlineData("openmpi-bin")]
    [InlineData("mpich")]
    public async Task A_killed_rank_ends_the_job_and_leaves_no_other(string package)
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.Named(package), 3, "endless");
        int[] processes = await job.Ready(3);
        Programs.Signal("KILL", processes[1]);
        Assert.NotEqual(0, await job.Exit());
        await job.NoSurvivor();
    }

    [Theory]
    [InlineData("openmpi-bin", "endless")]
    [InlineData("openmpi-bin", "fault")]
    [InlineData("mpich", "endless")]
    public async Task A_rank_that_throws_ends_the_job_and_its_stack_is_reported(string package, string command)
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.Named(package), 3, command, "throw=1");
        Assert.NotEqual(0, await job.Exit());
        Assert.Contains("Rank 1 of 3 ends all ranks: System.InvalidOperationException: This rank was told to throw.", job.Output, StringComparison.Ordinal);
        Assert.Contains("at MnistCnn.Mpi.TestHost.Endless.Loop", job.Output, StringComparison.Ordinal);
        await job.NoSurvivor();
    }

    [Fact]
    public async Task A_stopped_rank_ends_the_job_once_the_timeout_has_passed()
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 2, "endless", "timeout=6");
        int[] processes = await job.Ready(2);
        Programs.Signal("STOP", processes[1]);
        Assert.NotEqual(0, await job.Exit());
        Assert.Contains("rank 0 of 2 expected every rank within 6 s", job.Output, StringComparison.Ordinal);
        await job.NoSurvivor();
    }

    [Fact]
    public async Task A_rank_that_stops_for_less_than_the_timeout_costs_nothing_but_time()
    {
        string end = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 2, "endless", $"until={end}");
        int[] processes = await job.Ready(2);
        Programs.Signal("STOP", processes[1]);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Programs.Signal("CONT", processes[1]);
        await File.WriteAllTextAsync(end, "", TestContext.Current.CancellationToken);
        Assert.True(await job.Exit() == 0, job.Output);
        Assert.Contains("ended rank 1", job.Output, StringComparison.Ordinal);
        File.Delete(end);
    }
}
