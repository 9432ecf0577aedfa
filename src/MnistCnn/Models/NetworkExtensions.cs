using MnistCnn.Networks;
using MnistCnn.Serialization;
using static TorchSharp.torch;

namespace MnistCnn.Models;

/// <summary>
/// What a <c>Sequential</c>, or a module that implements <see cref="IDescribesNetwork"/>, can do besides training: predict without libtorch, and be written to
/// files that say of which layers it is made.
/// </summary>
public static class NetworkExtensions
{
    /// <summary>Beside the modules, since a <c>Sequential</c> has no room for it.</summary>
    private static readonly ConditionalWeakTable<nn.Module, Calibration> Calibrations = [];

    /// <summary>Copies the weights, as they are now, into a predictor. Batch normalisation becomes part of the layers before it; dropout is left out.</summary>
    /// <param name="model">The module; no other thread may change it meanwhile.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classNames">One for each output; where null, those of the data set that the module was last trained on, or of its file, else
    /// numbers.</param>
    /// <param name="options">How the predictor works; the defaults where null.</param>
    /// <exception cref="NotSupportedException">The engine cannot run the module; the message says why.</exception>
    /// <exception cref="ArgumentException">Another number of names than of outputs.</exception>
    /// <exception cref="InvalidOperationException">A weight is NaN, infinite or not of 32 bits.</exception>
    public static CnnPredictor ToPredictor(this nn.Module<Tensor, Tensor> model, int height = 28, int width = 28, IReadOnlyList<string>? classNames = null,
        CnnPredictorOptions? options = null)
    {
        ModelDescription description = Describe(model, height, width, classNames);
        SafetensorsFile weights = new(ModuleState.Capture(model));
        try
        {
            description.Check(weights, model.GetType().Name);
        }
        catch (CheckpointFormatException e)
        {
            throw new InvalidOperationException($"Expected finite weights of 32 bits to predict with: {e.Message}", e);
        }

        return new CnnPredictor(description, weights.Tensors, options);
    }

    /// <summary>
    /// Writes the weights in the safetensors format, atomically, with the layers in the file's metadata:
    /// <see cref="CnnPredictor.Load(string, CnnPredictorOptions?)"/> reads it, and so does PyTorch.
    /// </summary>
    /// <param name="model">The module.</param>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classNames">One for each output; where null, those of the data set that the module was last trained on, or of its file, else
    /// numbers.</param>
    /// <exception cref="NotSupportedException">The engine cannot run the module; the message says why. <c>SaveSafetensors</c> writes the weights of any
    /// module.</exception>
    /// <exception cref="ArgumentException">Another number of names than of outputs.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public static void SaveNetwork(this nn.Module<Tensor, Tensor> model, string path, int height = 28, int width = 28,
        IReadOnlyList<string>? classNames = null) =>
        new SafetensorsFile(ModuleState.Capture(model), Describe(model, height, width, classNames).ToMetadata()).Save(path);

    /// <summary>
    /// Writes the network as an ONNX file, as <see cref="CnnClassifier.ExportOnnx(string, OnnxExportOptions?)"/> does. Batch normalisation becomes part of the
    /// layers before it; dropout is left out.
    /// </summary>
    /// <param name="model">The module.</param>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classNames">One for each output; where null, those of the data set that the module was last trained on, or of its file, else
    /// numbers.</param>
    /// <param name="options">What goes in and out; numbers from 0 to 1 in and logits out where null.</param>
    /// <exception cref="NotSupportedException">The engine cannot run the module; the message says why.</exception>
    /// <exception cref="ArgumentException">Another number of names than of outputs.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public static void ExportOnnx(
        this nn.Module<Tensor, Tensor> model, string path, int height = 28, int width = 28, IReadOnlyList<string>? classNames = null,
        OnnxExportOptions? options = null)
    {
        ModelDescription description = Describe(model, height, width, classNames);
        Dictionary<string, SafetensorsTensor> weights = ModuleState.Capture(model);
        AtomicFile.Write(path, stream => OnnxGraph.Write(stream, description, weights, options ?? new OnnxExportOptions()));
    }

    /// <summary>The layers with the shape of their output, their parameters and multiplications.</summary>
    /// <param name="model">The module.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <exception cref="NotSupportedException">The engine cannot run the module; the message says why.</exception>
    public static IReadOnlyList<LayerSummary> Summarize(this nn.Module<Tensor, Tensor> model, int height = 28, int width = 28)
    {
        NetworkDescription network = Network(model, height, width);
        return
        [
            .. network.Layers.Select((layer, l) => new LayerSummary(
                layer.Name, NetworkJson.TypeOf(layer), $"{network.Shapes[l + 1]}", layer.Parameters.Sum(parameter => parameter.Length),
                layer.MultiplicationsOf(network.Shapes[l]))),
        ];
    }

    /// <summary>The calibration of a model: that of its file, or what was fitted or set since.</summary>
    /// <param name="model">Any module.</param>
    /// <returns><see cref="Calibration.None"/> where there is none. Training takes it away, since it is of other weights.</returns>
    public static Calibration GetCalibration(this nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Calibrations.TryGetValue(model, out Calibration? calibration) ? calibration : Calibration.None;
    }

    /// <summary>
    /// Sets the calibration of a model, which its evaluations, predictors and files use from then on; <c>forward</c> returns what it always did.
    /// </summary>
    /// <param name="model">Any module.</param>
    /// <param name="calibration">The calibration.</param>
    public static void SetCalibration(this nn.Module model, Calibration calibration)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(calibration);
        Calibrations.AddOrUpdate(model, calibration);
    }

    private static ModelDescription Describe(nn.Module<Tensor, Tensor> model, int height, int width, IReadOnlyList<string>? classNames)
    {
        NetworkDescription network = Network(model, height, width);
        classNames ??= KnownClassNames.Of(model, network.Classes);
        return classNames.Count == network.Classes
            ? new ModelDescription(network, classNames, ReferenceNetwork.Is(network) ? ModelDescription.Reference : ModelDescription.Other)
            {
                Calibration = model.GetCalibration(),
            }
            : throw new ArgumentException($"classNames: expected {network.Classes} names, one for each output, found {classNames.Count}.", nameof(classNames));
    }

    private static NetworkDescription Network(nn.Module<Tensor, Tensor> model, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return EngineModule.Of(model, new(1, height, width), training: false, out string? reason)?.Plan.Description
            ?? throw new NotSupportedException($"Expected a module that the engine can run, found one that it cannot, since {reason}.");
    }
}
