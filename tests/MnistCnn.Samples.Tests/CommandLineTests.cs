using System.Diagnostics;
using System.Text.Json;

namespace MnistCnn.Samples.Tests;

public sealed class CommandLineTests(TrainedModel trained)
{
    private const string LogLine =
        @"^epoch: 1/2 \| step: 100/\d+ \| trn loss: \d+\.\d{4} \| val loss: \d+\.\d{4} \| trn_acc: [01]\.\d{4} \| val_acc: [01]\.\d{4}$";

    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Theory]
    [InlineData("train", "--epochs", "abc", "--epochs: expected a whole number of 1 or more, found 'abc'.")]
    [InlineData("train", "--epochs", "0", "--epochs: expected a whole number of 1 or more, found '0'.")]
    [InlineData("train", "--lr", "-1", "--lr: expected a number above 0, found '-1'.")]
    [InlineData("train", "--lr", "0,5", "--lr: expected a number above 0, found '0,5'.")]
    [InlineData("train", "--recipe", "slow", "--recipe: expected reference, fast, best or robust, found 'slow'.")]
    [InlineData("train", "--variant", "digits", "--variant: expected synthetic or a name that download --list shows, found 'digits'.")]
    [InlineData("serve", "--urls", "http://0.0.0.0:5080",
        "--urls: expected an address of this machine such as http://127.0.0.1:5080, found 'http://0.0.0.0:5080'.")]
    [InlineData("evaluate", "--json", "true", "Option '--model' is required.")]
    [InlineData("fly", "--to", "moon", "'fly'")]
    public void Wrong_usage_ends_with_2_and_says_what_was_expected(string command, string option, string value, string message)
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, command, option, value).MustEndWith(2);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("export")]
    [InlineData("serve")]
    public void Help_shows_the_options_and_examples(string command)
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, command, "--help").MustEndWith(0);
        Assert.Contains("Options:", result.Output, StringComparison.Ordinal);
        Assert.Contains($"Examples:\n  {command} ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_data_ends_with_1_and_one_line()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "train", "--data", folder.Root).MustEndWith(1);
        Assert.StartsWith("error: ", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains(folder.Root, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_logs_in_the_references_format_and_ends_with_one_JSON_object()
    {
        Assert.Contains(trained.Training.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, LogLine));
        JsonElement json = trained.Training.LastLineAsJson;
        Assert.Equal(
            ["dataset", "epochs", "val_accuracy", "val_loss", "val_nll", "val_calibration_error", "train_seconds", "epoch_seconds", "stop_reason", "model"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, json.GetProperty("epoch_seconds").GetArrayLength());
        Assert.Equal("Completed", json.GetProperty("stop_reason").GetString());
        Assert.True(json.GetProperty("val_accuracy").GetDouble() > 0.9);
    }

    [Theory]
    [InlineData("curves")]
    [InlineData("confusion")]
    [InlineData("reliability")]
    [InlineData("mistakes")]
    [InlineData("filters")]
    public void Training_draws_pictures(string name) => Assert.Equal(PngSignature, File.ReadAllBytes(Path.Combine(trained.Folder, $"{name}.png"))[..4]);

    [Fact]
    public void Output_that_is_redirected_has_no_escape_sequences() => Assert.DoesNotContain('\e', trained.Training.Output);

    [Fact]
    public void Synthetic_digits_are_named_in_the_first_and_the_last_line()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "train", "--variant", "synthetic", "--epochs", "1", "--lr", "0.0005").MustEndWith(0);
        Assert.Contains("not MNIST", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains("not MNIST", result.Lines[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Root, "runs", "synthetic", "model.safetensors")));
    }

    [Fact]
    public void Evaluate_finds_the_accuracy_that_training_found()
    {
        string[] data = Sample.HasMnist ? ["--data", Sample.MnistFolder] : ["--variant", "synthetic"];
        SampleResult result = Sample.Run(trained.Folder, ["evaluate", "--model", trained.Model, .. data, "--json"]).MustEndWith(0);
        Assert.Equal(trained.Training.LastLineAsJson.GetProperty("val_accuracy").GetDouble(), result.LastLineAsJson.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void Export_writes_ONNX_and_an_equal_safetensors_file()
    {
        using TemporaryFolder folder = new();
        Sample.Run(folder.Root, "export", "--model", trained.Model, "--to", "digits.onnx").MustEndWith(0);
        Assert.True(new FileInfo(Path.Combine(folder.Root, "digits.onnx")).Length > 1_000_000);
        Sample.Run(folder.Root, "export", "--model", trained.Model, "--format", "safetensors", "--to", "copy.safetensors").MustEndWith(0);
        Assert.Equal(File.ReadAllBytes(trained.Model), File.ReadAllBytes(Path.Combine(folder.Root, "copy.safetensors")));
    }

    [Fact]
    public void Predict_names_three_digits_a_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(Path.Combine(folder.Root, "one.png"), Convert.FromBase64String(OnePicture.Base64));
        SampleResult result = Sample.Run(folder.Root, "predict", "--model", trained.Model, "one.png", "one.png", "--json").MustEndWith(0);
        Assert.Matches(@"^one\.png  1 +\d+\.\d%   \d +\d+\.\d%   \d +\d+\.\d%$", result.Lines[0]);
        Assert.Equal([1, 1], result.LastLineAsJson.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("digit").GetInt32()));
    }

    [Fact]
    public void Predict_reads_a_whole_number_and_draws_what_it_read()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Root, "scans"));
        File.WriteAllBytes(Path.Combine(folder.Root, "scans", "one.png"), Convert.FromBase64String(OnePicture.Base64));
        SampleResult result = Sample.Run(folder.Root, "predict", "--model", trained.Model, "--number", "scans", "--out", "read", "--json").MustEndWith(0);
        Assert.Matches(@"^scans/one\.png  1 +\d+\.\d%$", result.Lines[0]);
        JsonElement read = result.LastLineAsJson.GetProperty("predictions")[0];
        Assert.Equal("1", read.GetProperty("number").GetString());
        Assert.InRange(read.GetProperty("digits")[0].GetProperty("height").GetInt32(), 20, 40);
        Assert.Equal(PngSignature, File.ReadAllBytes(Path.Combine(folder.Root, "read", "one.png"))[..4]);
    }

    [Fact]
    public void Training_takes_a_folder_of_class_folders_and_predictions_name_its_classes()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 40; i++)
        {
            string path = Path.Combine(folder.Root, "pictures", i % 2 == 0 ? "stroke" : "line", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Convert.FromBase64String(OnePicture.Base64));
        }

        SampleResult result = Sample.Run(folder.Root, "train", "--data", "pictures", "--epochs", "1", "--out", "run", "--json").MustEndWith(0);
        Assert.Equal("pictures", result.LastLineAsJson.GetProperty("dataset").GetString());
        Assert.Contains("36 images of pictures, measuring on 4", result.Output, StringComparison.Ordinal);
        SampleResult prediction = Sample.Run(folder.Root, "predict", "--model", "run/model.safetensors", "pictures/line/1.png").MustEndWith(0);
        Assert.Matches(@"(stroke|line) +\d+\.\d%   (stroke|line) +\d+\.\d%$", prediction.Lines[0]);
    }

    [Fact]
    public void The_list_of_data_sets_has_a_line_for_each()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "download", "--list").MustEndWith(0);
        Assert.Equal(27, result.Lines.Length);
        Assert.Contains(result.Lines, line => line.StartsWith("emnist-letters ", StringComparison.Ordinal)
            && line.Contains("26 classes   561.8 MB", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_model_ends_with_1_and_names_itself()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Root, "model.safetensors");
        File.WriteAllText(file, "hello");
        Assert.Contains(file, Sample.Run(folder.Root, "evaluate", "--model", file, "--variant", "synthetic").MustEndWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_leaves_a_checkpoint_ends_with_130_and_resumes_to_the_weights_of_an_uninterrupted_one()
    {
        using TemporaryFolder folder = new();
        // So many epochs that the signal cannot come after the run's end.
        string[] command = ["train", "--variant", "synthetic", "--epochs", "5", "--threads", "1", "--seed", "3"];
        using Process process = Sample.Start(folder.Root, null, [.. command, "--out", "cut"]);
        for (string? line = ""; line is not null && !line.StartsWith("epoch: 1/5", StringComparison.Ordinal);)
        {
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Sample.Interrupt(process);
        SampleResult cut = Sample.Finish(process).MustEndWith(130);
        Assert.Contains("--resume", cut.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Root, "cut", "last.ckpt")));

        Sample.Run(folder.Root, [.. command, "--out", "cut", "--resume"]).MustEndWith(0);
        Sample.Run(folder.Root, [.. command, "--out", "whole"]).MustEndWith(0);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Root, "whole", "model.safetensors")),
            File.ReadAllBytes(Path.Combine(folder.Root, "cut", "model.safetensors")));
        Assert.Equal(File.ReadAllLines(Path.Combine(folder.Root, "whole", "history.csv")), File.ReadAllLines(Path.Combine(folder.Root, "cut", "history.csv")));
    }

    [Fact]
    public async Task An_interrupted_host_leaves_a_checkpoint_and_its_next_start_goes_on_from_it()
    {
        using TemporaryFolder folder = new();
        string[] command = ["hosted", "--epochs", "3", "--out", "hosted"];
        using Process process = Sample.Start(folder.Root, null, command);
        for (string? line = ""; line is not null && !line.Contains("epoch: 1/3", StringComparison.Ordinal);)
        {
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Sample.Interrupt(process);
        Sample.Finish(process).MustEndWith(130);
        Assert.Equal(["last.ckpt"], Directory.EnumerateFiles(Path.Combine(folder.Root, "hosted")).Select(Path.GetFileName));

        SampleResult resumed = Sample.Run(folder.Root, command).MustEndWith(0);
        Assert.DoesNotContain("epoch: 1/3", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("Completed: All epochs were trained.", resumed.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Root, "hosted", "model.safetensors")));
    }

    [Fact]
    public void A_host_whose_training_fails_ends_with_1()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Root, "file"), "");
        SampleResult result = Sample.Run(folder.Root, "hosted", "--epochs", "1", "--out", "file").MustEndWith(1);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Several times: libtorch loads on another thread while images are read, and in its middle the process must not end.</summary>
    [Fact]
    public void Data_that_are_not_there_end_with_1_and_the_names_that_were_looked_for()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 4; i++)
        {
            SampleResult result = Sample.Run(folder.Root, "train", "--data", "nowhere").MustEndWith(1);
            Assert.Matches("^error: '.*nowhere' does not exist; looked in it for t10k-images-idx3-ubyte", result.Error);
        }
    }

    [Fact]
    public void Resume_without_a_checkpoint_says_where_it_looked()
    {
        using TemporaryFolder folder = new();
        SampleResult result = Sample.Run(folder.Root, "train", "--variant", "synthetic", "--out", "new", "--resume").MustEndWith(1);
        Assert.Contains(Path.Combine("new", "last.ckpt"), result.Error, StringComparison.Ordinal);
    }
}
