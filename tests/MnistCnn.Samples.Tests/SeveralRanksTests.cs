using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MnistCnn.Samples.Tests;

/// <summary>The sample as mpirun starts it, several times over.</summary>
public sealed class SeveralRanksTests : IDisposable
{
    private const string Launcher = "mpirun.openmpi";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Two_processes_train_as_one_does_and_only_the_first_prints_and_writes()
    {
        SampleResult two = Finish(2, "train", "--variant", "synthetic", "--epochs", "1", "--threads", "1", "--seed", "3", "--out", "two", "--json")
            .MustEndWith(0);
        Assert.Single(two.Lines, line => line.StartsWith("Training on 20,000 images", StringComparison.Ordinal)
            && line.EndsWith("Processes: 2, threads in each here: 1.", StringComparison.Ordinal));
        Assert.Single(two.Lines, line => line.StartsWith("epoch: 1/1 | step: 100/157", StringComparison.Ordinal));
        Assert.Empty(two.Error);
        Assert.Equal(
            ["confusion.png", "curves.png", "filters.png", "history.csv", "last.ckpt", "mistakes.png", "model.safetensors", "reliability.png"],
            Directory.EnumerateFiles(Path.Combine(folder.Root, "two")).Select(Path.GetFileName).Order());

        SampleResult one = Sample.Run(folder.Root, "train", "--variant", "synthetic", "--epochs", "1", "--threads", "1", "--seed", "3", "--out", "one",
            "--json").MustEndWith(0);
        JsonElement expected = one.LastLineAsJson, actual = two.LastLineAsJson;
        // Two processes add up gradients in another order: with AVX2 alone that decides about 4 of the 4,000 images.
        Assert.Equal(expected.GetProperty("val_accuracy").GetDouble(), actual.GetProperty("val_accuracy").GetDouble(), 2e-3);
        Assert.Equal(expected.GetProperty("val_loss").GetDouble(), actual.GetProperty("val_loss").GetDouble(), 1e-3);
    }

    [Fact]
    public async Task An_interrupted_job_leaves_a_checkpoint_and_another_number_of_processes_goes_on_from_it()
    {
        string[] command = ["train", "--variant", "synthetic", "--threads", "1", "--out", "cut"];
        using Process job = Start(2, [.. command, "--epochs", "500"]);
        for (string? line = ""; line is not null && !line.StartsWith("epoch: 1/500", StringComparison.Ordinal);)
        {
            line = await job.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Sample.Interrupt(job);
        SampleResult cut = Sample.Finish(job);
        Assert.True(cut.ExitCode != 0, cut.Output);
        Assert.True(File.Exists(Path.Combine(folder.Root, "cut", "last.ckpt")), cut.Error);

        string epoch = Regex.Match(cut.Error, @"Canceled after step \d+ of epoch (\d+)\. Go on with the same command and --resume").Groups[1].Value;
        SampleResult resumed = Finish(3, [.. command, "--epochs", epoch, "--resume", "--json"]).MustEndWith(0);
        Assert.Equal(epoch, resumed.LastLineAsJson.GetProperty("epochs").GetRawText());
    }

    [Fact]
    public void What_is_wrong_before_the_processes_meet_ends_all_with_1_and_a_clear_line()
    {
        SampleResult result = Finish(2, "train", "--data", folder.Root).MustEndWith(1);
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(folder.Root, result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private SampleResult Finish(int ranks, params string[] arguments)
    {
        using Process job = Start(ranks, arguments);
        return Sample.Finish(job);
    }

    private Process Start(int ranks, params string[] arguments)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, Launcher))),
            $"'{Launcher}' is not installed (package openmpi-bin).");
        // Interrupted, mpirun waits these seconds before SIGTERM, and again before SIGKILL.
        ProcessStartInfo start = new(
            "env", ["--default-signal=INT", Launcher, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "odls_base_sigkill_timeout",
                "30", "-n", $"{ranks}", "dotnet", Sample.Dll, .. arguments])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "dumb";
        return Process.Start(start)!;
    }
}
