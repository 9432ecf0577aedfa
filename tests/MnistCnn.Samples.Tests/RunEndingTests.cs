namespace MnistCnn.Samples.Tests;

/// <summary>How runs end that have no data, or no finite loss.</summary>
public sealed class RunEndingTests : IDisposable
{
    private const string NoProxy = "http://127.0.0.1:1";

    private readonly TemporaryFolder folder = new();

    /// <summary>No file in the cache, and a proxy that is not there.</summary>
    private Dictionary<string, string> Offline => new()
    {
        ["MNISTCNN_CACHE"] = Path.Combine(folder.Root, "cache"),
        ["HTTPS_PROXY"] = NoProxy,
        ["HTTP_PROXY"] = NoProxy,
        ["https_proxy"] = NoProxy,
        ["http_proxy"] = NoProxy,
        ["NO_PROXY"] = "",
        ["no_proxy"] = "",
    };

    [Fact]
    public void A_loss_that_is_not_finite_ends_with_1_and_advice()
    {
        string[] command = ["train", "--variant", "synthetic", "--epochs", "1", "--lr", "1e30", "--out", "run", "--json"];
        SampleResult result = Sample.Run(folder.Root, command).MustEndWith(1);
        Assert.Matches(@"^error: The loss of epoch 1, step \d+ is (NaN|∞|Infinity|-Infinity).*Try a lower --lr\.\n$", result.Error);
        Assert.False(File.Exists(Path.Combine(folder.Root, "run", "model.safetensors")));
        Assert.True(File.Exists(Path.Combine(folder.Root, "run", "last.ckpt")));
    }

    [Fact]
    public void Without_files_and_network_training_warns_and_draws_digits()
    {
        SampleResult result = Sample.Run(folder.Root, Offline, "train", "--epochs", "1", "--lr", "0.001", "--out", "run", "--json").MustEndWith(0);
        Assert.StartsWith("warning: no MNIST in the cache, and it cannot be downloaded (https://", result.Error, StringComparison.Ordinal);
        Assert.Contains("synthetic digits (not MNIST)", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal("synthetic digits (not MNIST)", result.LastLineAsJson.GetProperty("dataset").GetString());
    }

    [Fact]
    public void Without_network_download_and_evaluate_end_with_1_and_name_what_each_mirror_did()
    {
        SampleResult download = Sample.Run(folder.Root, Offline, "download", "--variant", "fashion", "--data", "here").MustEndWith(1);
        Assert.StartsWith("error: ", download.Error, StringComparison.Ordinal);
        Assert.Contains("expected a connection, found: ", download.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(folder.Root, "here")), file => file.EndsWith(".gz", StringComparison.Ordinal));

        File.WriteAllText(Path.Combine(folder.Root, "model"), "");
        Assert.StartsWith("error: ", Sample.Run(folder.Root, Offline, "evaluate", "--model", "model").MustEndWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_there_and_right_need_no_network()
    {
        Assert.SkipUnless(Sample.HasMnist, "The MNIST files are not in ../shared/mnist.");
        SampleResult result = Sample.Run(folder.Root, Offline, "download", "--data", Sample.MnistFolder).MustEndWith(0);
        Assert.Equal(Sample.MnistFolder, result.Lines[^1]);
        Assert.Empty(result.Error);
    }

    public void Dispose() => folder.Dispose();
}
