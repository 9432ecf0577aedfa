using MnistCnn.Networks;
using MnistCnn.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>A network that was read from a file of weights: to measure, to train on, to export.</summary>
/// <param name="Model">The layers under the names of the file, on the CPU in eval mode. The caller disposes it.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="ClassNames">One for each output.</param>
public sealed record NetworkFile(Sequential Model, int Height, int Width, IReadOnlyList<string> ClassNames)
{
    /// <summary>Reads a file that <see cref="NetworkExtensions.SaveNetwork"/> or <see cref="CnnClassifier.Save(string)"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointFormatException">The file is not valid, describes no network that can be built, or holds misshapen, NaN or infinite
    /// weights.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public static NetworkFile Load(string path)
    {
        (ModelDescription description, SafetensorsFile file) = ModelDescription.Load(path);
        TorchRuntime.EnsureLoaded();
        // The layers are made in file order, each under its own name; those inside another Sequential keep its name before a dot.
        Sequential model = nn.Sequential([.. description.Network.Layers.Select(layer => (layer.Name, LayerModules.Create(layer)))]);
        SafetensorsModuleExtensions.Load(model, file, path);
        model.SetCalibration(description.Calibration);
        model.eval();
        KnownClassNames.Keep(model, description.ClassNames);
        return new NetworkFile(model, description.Height, description.Width, description.ClassNames);
    }
}
