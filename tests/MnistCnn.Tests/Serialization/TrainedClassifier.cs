using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Serialization;

/// <summary>A classifier trained for a moment on digits, and its answers to the 10,000 test images.</summary>
internal static class TrainedClassifier
{
    private static readonly Lazy<(CnnClassifier Model, float[] Logits)> Shared = new(Train);

    public static MnistDataset TestImages { get; } = DigitFiles.Test;

    public static CnnClassifier Model => Shared.Value.Model;

    /// <summary>Row by row, 10 an image.</summary>
    public static float[] Logits => Shared.Value.Logits;

    public static float[] LogitsOf(CnnClassifier model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        model.eval();
        return model.forward(tensor(Pixels(0, TestImages.Count), [TestImages.Count, 1, 28, 28])).data<float>().ToArray();
    }

    public static float[] Pixels(int first, int count) => [.. Bytes(first, count).Select(pixel => pixel / 255f)];

    public static byte[] Bytes(int first, int count)
    {
        byte[] pixels = new byte[count * 784];
        for (int i = 0; i < count; i++)
        {
            TestImages.GetImage(first + i).CopyTo(pixels.AsSpan(i * 784));
        }

        return pixels;
    }

    /// <summary>The largest deviation from <paramref name="expected"/>, relative to the largest number of its row of 10.</summary>
    public static double LargestRelativeDifference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return Enumerable.Range(0, expected.Length / 10).Max(row =>
        {
            int[] elements = [.. Enumerable.Range(row * 10, 10)];
            double difference = elements.Max(i => Math.Abs((double)expected[i] - actual[i]));
            return double.IsNaN(difference) ? double.PositiveInfinity : difference / elements.Max(i => Math.Abs((double)expected[i]));
        });
    }

    public static int[] Classes(float[] rows) => [.. rows.Chunk(10).Select(row => Array.IndexOf(row, row.Max()))];

    private static (CnnClassifier Model, float[] Logits) Train()
    {
        CnnClassifier model = new(new CnnClassifierOptions { Seed = 5 });
        new Trainer(new TrainerOptions { Epochs = 1, BatchSize = 64, LearningRate = 0.002, Seed = 5 }).Fit(model, DigitFiles.Train.Take(3_840));
        return (model, LogitsOf(model));
    }
}
