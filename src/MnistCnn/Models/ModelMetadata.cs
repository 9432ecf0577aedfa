using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>What a file of a model's weights says about the model; nothing for modules that the library does not know.</summary>
internal static class ModelMetadata
{
    public static IReadOnlyDictionary<string, string> Of(nn.Module model) => model is CnnClassifier classifier ? classifier.Metadata : new Dictionary<string, string>(StringComparer.Ordinal);
}
