using Microsoft.Extensions.Time.Testing;
using MnistCnn.Hosting;
using MnistCnn.Serialization;
using MnistCnn.Tests.Training;

namespace MnistCnn.Tests.Hosting;

public sealed class CnnPredictorSourceTests : IDisposable
{
    private static readonly byte[] Image = new SyntheticDigits(1).GetImage(0).ToArray();

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider clock = new();
    private readonly ListLogger<CnnPredictorSource> logger = new();
    private int writes;

    private string Model => folder["model.safetensors"];

    private CnnPredictorServiceOptions Options => new() { Path = Model, ReloadOnChange = true, Threads = 1, Clock = clock };

    [Fact]
    public void A_changed_file_is_read_again_at_the_next_check_and_not_before()
    {
        float[] first = Write(seed: 1);
        using CnnPredictorSource source = new(Options, logger);
        float[] second = Write(seed: 2);
        Assert.Equal(first, Probabilities(source.Current));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, Probabilities(source.Current));
        Assert.Equal([$"'{Model}' has changed and was read again"], logger.Lines);

        CnnPredictor unchanged = source.Current;
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(unchanged, source.Current);
    }

    [Fact]
    public void Without_the_option_and_after_disposal_the_predictor_stays()
    {
        float[] first = Write(seed: 1);
        using CnnPredictorSource once = new(Options with { ReloadOnChange = false }, logger), disposed = new(Options, logger);
        disposed.Dispose();
        Write(seed: 2);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, Probabilities(once.Current));
        Assert.Equal(first, Probabilities(disposed.Current));
        Assert.Empty(logger.Lines);
    }

    [Fact]
    public void A_damaged_and_a_missing_file_leave_the_old_model_and_a_warning_each_until_a_good_one_comes()
    {
        float[] first = Write(seed: 1);
        using CnnPredictorSource source = new(Options, logger);
        byte[] good = File.ReadAllBytes(Model);
        Replace(good[..^1]);
        clock.Advance(TimeSpan.FromSeconds(5));
        File.Delete(Model);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(first, Probabilities(source.Current));
        Assert.Equal(Enumerable.Repeat($"'{Model}' has changed and cannot be read; the model from before stays in use", 2), logger.Lines);

        float[] second = Write(seed: 2);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, Probabilities(source.Current));
    }

    [Fact]
    public void A_model_of_other_images_or_classes_is_not_taken()
    {
        float[] first = Write(seed: 1);
        using CnnPredictorSource source = new(Options, logger);
        Write(seed: 2, new CnnClassifierOptions { Height = 20 });
        clock.Advance(TimeSpan.FromSeconds(1));
        Write(seed: 2, new CnnClassifierOptions { ClassNames = MnistVariant.FashionMnist.ClassNames });
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first, Probabilities(source.Current));
        Assert.Contains(
            "expected one of 28×28 pixels and 10 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), found 20×28 pixels", logger.Lines[0], StringComparison.Ordinal);
        Assert.Contains("found 28×28 pixels and 10 classes (T-shirt/top, ", logger.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_file_is_replaced_every_answer_is_of_one_model_or_the_other()
    {
        float[][] answers = [Write(seed: 1), Write(seed: 2)];
        byte[][] files = [Saved(seed: 1), Saved(seed: 2)];
        using CnnPredictorSource source = new(Options, logger);
        using CancellationTokenSource end = new();
        HashSet<int>[] seen = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            HashSet<int> mine = [];
            do
            {
                float[] found = Probabilities(source.Current);
                mine.Add(Array.FindIndex(answers, answer => answer.SequenceEqual(found)));
            }
            while (!end.IsCancellationRequested);
            return mine;
        })).Append(Task.Run(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                Replace(files[i % 2]);
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            end.Cancel();
            return (HashSet<int>)[];
        })));
        Assert.DoesNotContain(-1, seen.SelectMany(indices => indices));
        Assert.Equal(40, logger.Lines.Count);
    }

    [Fact]
    public void A_file_that_is_missing_or_damaged_from_the_start_is_an_exception_that_names_it()
    {
        Assert.Contains(Model, Assert.Throws<FileNotFoundException>(() => new CnnPredictorSource(Options)).Message, StringComparison.Ordinal);
        Replace("hello"u8.ToArray());
        Assert.Contains(Model, Assert.Throws<CheckpointFormatException>(() => new CnnPredictorSource(Options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Equal("Threads", Assert.Throws<ArgumentOutOfRangeException>(() => new CnnPredictorServiceOptions { Threads = -1 }).ParamName);
        Assert.Equal("CheckInterval",
            Assert.Throws<ArgumentOutOfRangeException>(() => new CnnPredictorServiceOptions { CheckInterval = TimeSpan.Zero }).ParamName);
        Assert.Equal("CheckInterval",
            Assert.Throws<ArgumentOutOfRangeException>(() => new CnnPredictorServiceOptions { CheckInterval = TimeSpan.FromDays(2) }).ParamName);
        ArgumentException nowhere = Assert.Throws<ArgumentException>(() => new CnnPredictorSource(new CnnPredictorServiceOptions { Path = " " }));
        Assert.StartsWith("Path: expected ", nowhere.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static float[] Probabilities(CnnPredictor predictor)
    {
        float[] probabilities = new float[10];
        predictor.Predict(Image, probabilities);
        return probabilities;
    }

    private static byte[] Saved(int seed, CnnClassifierOptions? options = null)
    {
        using CnnClassifier model = new((options ?? new CnnClassifierOptions()) with { Seed = seed });
        using MemoryStream file = new();
        model.Save(file);
        return file.ToArray();
    }

    /// <summary>Writes a model and gives its answer to the image, where it takes it.</summary>
    private float[] Write(int seed, CnnClassifierOptions? options = null)
    {
        Replace(Saved(seed, options));
        return options is null ? Probabilities(CnnPredictor.Load(Model)) : [];
    }

    /// <summary>Replaces the file at once, at a time of its own.</summary>
    private void Replace(byte[] content)
    {
        string fresh = folder["fresh"];
        File.WriteAllBytes(fresh, content);
        File.SetLastWriteTimeUtc(fresh, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(++writes));
        File.Move(fresh, Model, overwrite: true);
    }
}
