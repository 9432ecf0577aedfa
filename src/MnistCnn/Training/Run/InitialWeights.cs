using Microsoft.Extensions.Logging;
using MnistCnn.Serialization;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Gives a model the weights of a file before its first step; see <see cref="TrainerOptions.InitialWeights"/>.</summary>
internal static class InitialWeights
{
    /// <exception cref="CheckpointFormatException">The file is damaged, or differs from the model in more than the classes; the model is unchanged.</exception>
    public static void Take(nn.Module model, string path, ILogger logger)
    {
        SafetensorsFile file = WeightsFile.Load(path);
        string last = LayerOf(model.named_parameters().LastOrDefault().name ?? "");
        Dictionary<string, Tensor> state = model.state_dict();
        HashSet<string> left = [.. state.Where(pair => LayerOf(pair.Key) == last && file.Tensors.TryGetValue(pair.Key, out SafetensorsTensor? saved)
            && DiffersInOutputs(pair.Value.shape, saved.Shape)).Select(pair => pair.Key)];
        Dictionary<string, SafetensorsTensor> taken = file.Tensors.Where(pair => !left.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal);
        if (state.Keys.FirstOrDefault(name => !taken.ContainsKey(name) && !left.Contains(name)) is { } missing)
        {
            throw new CheckpointFormatException(
                path, $"does not fit {model.GetName()}: '{missing}': expected [{string.Join(",", state[missing].shape)}], found no such tensor.");
        }

        using ModuleState weights = ModuleState.Prepare(model, taken, new SafetensorsLoadOptions { AllowMissing = true, ConvertFloatingPoint = true }, path);
        weights.Apply();
        string copied = List(taken.Keys), kept = List(left);
        TrainerLog.InitialWeights(logger, path, copied, kept);
    }

    private static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Order(StringComparer.Ordinal));

    private static string LayerOf(string parameter) => parameter[..Math.Max(parameter.LastIndexOf('.'), 0)];

    private static bool DiffersInOutputs(long[] shape, IReadOnlyList<long> saved) => saved.Count == shape.Length && shape.Length > 0 && saved[0] != shape[0]
        && saved.Skip(1).SequenceEqual(shape[1..]);
}
