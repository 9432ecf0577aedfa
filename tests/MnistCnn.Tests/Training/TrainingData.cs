using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MnistCnn.Tests.Training;

/// <summary>Small data sets and options: two epochs of three steps.</summary>
internal static class TrainingData
{
    public static SyntheticDigits Train { get; } = new(80, seed: 1);

    public static SyntheticDigits Validation { get; } = new(40, seed: 1, MnistSplit.Test);

    public static TrainerOptions Options { get; } = new()
    {
        Epochs = 2,
        BatchSize = 32,
        LearningRate = 0.01,
        ValidateEverySteps = 2,
        Device = CPU,
        Threads = 1
    };

    public static float[] Floats(nn.Module model) => MemoryMarshal.Cast<byte, float>(Weights(model)).ToArray();

    public static byte[] Weights(nn.Module model) =>
        [.. model.state_dict().OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value.bytes.ToArray())];
}
