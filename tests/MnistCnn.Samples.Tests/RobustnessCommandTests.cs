using System.Text;
using System.Text.Json;

namespace MnistCnn.Samples.Tests;

public sealed class RobustnessCommandTests(TrainedModel trained)
{
    [Fact]
    public void Evaluate_measures_and_draws_each_corruption()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "evaluate", "--model", trained.Model, "--variant", "synthetic", "--robustness", "--out", "measured",
            "--json").MustEndWith(0);
        JsonElement robustness = result.LastLineAsJson.GetProperty("robustness");
        double[] accuracies = [.. robustness.GetProperty("corruptions").EnumerateArray().Select(row => row.GetProperty("accuracy").GetDouble())];
        Assert.Equal(15, accuracies.Length);
        Assert.Equal(accuracies.Average(), robustness.GetProperty("accuracy").GetDouble(), 1e-9);
        Assert.Matches(@"(?m)^glass blur 1 +\d+\.\d\d%  calibration error 0\.\d{4}  never seen by robust$", result.Output);
        Assert.All(["reliability.png", "robustness.png"], name => Assert.True(new FileInfo(Path.Combine(folder.Root, "measured", name)).Length > 5_000));
    }

    [Fact]
    public void Training_calibrates_on_images_that_it_holds_back()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "train", "--variant", "synthetic", "--recipe", "fast", "--epochs", "1", "--hold-out", "500", "--out",
            "run", "--json").MustEndWith(0);
        Assert.Contains("Training on 19,500 images", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains("calibrating on 500", result.Lines[0], StringComparison.Ordinal);
        Assert.True(result.LastLineAsJson.GetProperty("val_nll").GetDouble() < result.LastLineAsJson.GetProperty("val_loss").GetDouble());
        string header = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder.Root, "run", "model.safetensors")).AsSpan(0, 2000));
        Assert.Contains("mnistcnn.temperature", header, StringComparison.Ordinal);
        Assert.Contains("mnistcnn.familiarity_threshold", header, StringComparison.Ordinal);
        Assert.DoesNotContain("mnistcnn.temperature", Encoding.UTF8.GetString(File.ReadAllBytes(trained.Model).AsSpan(0, 2000)), StringComparison.Ordinal);
    }
}
