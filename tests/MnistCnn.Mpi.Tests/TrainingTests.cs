using MnistCnn.Tests.Training;

namespace MnistCnn.Mpi.Tests;

/// <summary>1922 images in batches of 128: the last batch of an epoch has 2 images, so that some of 3 or 4 ranks have none of it.</summary>
public sealed class TrainingTests : IDisposable
{
    private readonly TrainingFiles files = new();

    [Fact]
    public async Task One_rank_trains_the_same_bits_as_a_process_without_MPI()
    {
        await Alone("alone", "epochs=1");
        await Train(1, "one", "epochs=1");
        Assert.Equal(files.Weights("alone"), files.Weights("one"));
        Assert.Equal(files.Figures("alone"), files.Figures("one"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Several_ranks_end_with_equal_weights_in_every_run_and_with_those_of_one_process_but_for_rounding(int ranks)
    {
        await Train(ranks, "first", "epochs=1");
        await Train(ranks, "second", "epochs=1");
        files.AssertSameOnAllRanks("first", ranks);
        files.AssertSameOnAllRanks("second", ranks);
        Assert.Equal(files.Weights("first"), files.Weights("second"));
        Assert.Equal(files.Figures("first"), files.Figures("second"));
        await Alone("alone", "epochs=1");
        files.AssertSameRun("alone", "first");
    }

    [Fact]
    public async Task Accumulated_gradients_are_those_of_one_process()
    {
        await Train(2, "ranks", "accumulation=3");
        await Alone("alone", "accumulation=3");
        files.AssertSameOnAllRanks("ranks", 2);
        // Other slices of a batch, other rounding: Adam moves a weight whose gradient cancels to nothing by up to the learning rate, whichever its sign.
        files.AssertSameRun("alone", "ranks", tolerance: 5e-4f);
    }

    [Theory]
    [InlineData("precision=bf16")]
    [InlineData("average=yes")]
    public async Task Mixed_precision_and_averaged_weights_are_the_same_on_all_ranks(string setting)
    {
        if (setting == "precision=bf16")
        {
            BFloat16.SkipUnlessSupported();
        }

        // The step after the validation in step 15 has no image for the last rank.
        await Train(3, "ranks", setting, "epochs=1", "validate=5");
        files.AssertSameOnAllRanks("ranks", 3);
    }

    [Fact]
    public async Task Running_statistics_are_those_of_rank_0_everywhere()
    {
        await Train(2, "norm", "model=norm", "epochs=1");
        files.AssertSameOnAllRanks("norm", 2);
    }

    [Fact]
    public async Task A_cancellation_on_any_rank_stops_all_after_the_same_step_and_another_number_of_ranks_goes_on_from_there()
    {
        string stopped = await Train(3, "stopped", $"checkpoints={files["saved"]}", "cancelrank=2", "cancelstep=20");
        Assert.Equal(3, stopped.Split('\n').Count(line => line.Contains("stopped: Canceled, 20 steps.", StringComparison.Ordinal)));
        files.AssertSameOnAllRanks("stopped", 3);
        Assert.False(Directory.Exists(Path.Combine(files["saved"], "of-another-rank")), "Another rank than 0 wrote checkpoints.");

        await Train(2, "resumed", $"resume={Path.Combine(files["saved"], "last.ckpt")}");
        await Alone("alone");
        files.AssertSameOnAllRanks("resumed", 2);
        files.AssertSameRun("alone", "resumed");
    }

    [Fact]
    public async Task A_callback_that_throws_on_one_rank_ends_all_and_the_run_goes_on_from_its_last_checkpoint()
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 3, "train", $"checkpoints={files["saved"]}", "throwrank=1", "throwstep=18");
        Assert.NotEqual(0, await job.Exit());
        Assert.Contains("Rank 1 of 3 ends all ranks: MnistCnn.TrainerCallbackException", job.Output, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: This rank was told to throw.", job.Output, StringComparison.Ordinal);
        await job.NoSurvivor();
        await GoesOnFromTheLastCheckpoint();
    }

    [Fact]
    public async Task A_run_whose_rank_was_killed_goes_on_from_its_last_checkpoint()
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 3, "train", $"checkpoints={files["saved"]}", "epochs=500");
        int[] processes = await job.Ready(3);
        while (!File.Exists(Path.Combine(files["saved"], "last.ckpt")))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Programs.Signal("KILL", processes[2]);
        Assert.NotEqual(0, await job.Exit());
        await job.NoSurvivor();
        await GoesOnFromTheLastCheckpoint();
    }

    [Fact]
    public async Task Ranks_with_other_options_are_refused()
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, 2, "train", "batch1=64");
        Assert.NotEqual(0, await job.Exit());
        Assert.Contains("BatchSize: expected that of rank 0, 128, found 64 on rank 1.", job.Output, StringComparison.Ordinal);
    }

    public void Dispose() => files.Dispose();

    private async Task GoesOnFromTheLastCheckpoint()
    {
        await Train(2, "resumed", $"resume={Path.Combine(files["saved"], "last.ckpt")}", "epochs=2");
        files.AssertSameOnAllRanks("resumed", 2);
    }

    private async Task<string> Train(int ranks, string name, params string[] settings)
    {
        using MpiJob job = MpiJob.Start(MpiLauncherCommand.OpenMpi, ranks, "train", [$"out={files[name]}", .. settings]);
        Assert.True(await job.Exit() == 0, job.Output);
        return job.Output;
    }

    private async Task Alone(string name, params string[] settings)
    {
        using MpiJob job = MpiJob.Start([], "train", ["mpi=none", $"out={files[name]}", .. settings]);
        Assert.True(await job.Exit() == 0, job.Output);
    }
}
