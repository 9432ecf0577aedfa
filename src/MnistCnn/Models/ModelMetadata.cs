using MnistCnn.Networks;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>What a file of a model's weights says about the model; nothing for modules that the library does not know.</summary>
internal static class ModelMetadata
{
    /// <param name="model">The model.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classNames">The names of its classes.</param>
    public static IReadOnlyDictionary<string, string> Of(nn.Module model, int height, int width, IReadOnlyList<string> classNames)
    {
        if (model is CnnClassifier classifier)
        {
            return classifier.Metadata;
        }

        return model is nn.Module<Tensor, Tensor> module && ModuleLayers.Find(module) is { } layers
            && ModuleLayers.Describe(module, layers, new(1, height, width), out _) is { } network
            && network.Classes == classNames.Count
                ? new ModelDescription(network, classNames, ModelDescription.Other) { Calibration = model.GetCalibration() }.ToMetadata()
                : new Dictionary<string, string>(StringComparer.Ordinal);
    }
}
