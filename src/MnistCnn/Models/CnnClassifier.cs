using MnistCnn.Engine;
using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistCnn;

/// <summary>
/// The reference network: convolutions 1→16 (stride 2), 16→32 (stride 2) and 32→64 (stride 1), each 3×3 and followed by ReLU,
/// then linear layers to 256, 64 and the classes with ReLU between. At 28×28 pixels and 10 classes it has 302,794 parameters,
/// named and shaped as PyTorch's: <c>conv1.weight [16,1,3,3]</c> … <c>fc3.bias [10]</c>.
/// </summary>
/// <remarks>
/// In eval mode concurrent calls of <c>forward</c> on one instance are safe; changing weights, mode or device while another
/// thread predicts is not.
/// </remarks>
public sealed class CnnClassifier : Module<Tensor, Tensor>, IDescribesNetwork
{
    /// <summary>Creates the network on the CPU with PyTorch's default initialisation.</summary>
    /// <param name="options">The shape; 28×28 pixels, 10 classes and logits where null.</param>
    /// <exception cref="ArgumentException">The class names are not as many as the classes.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public CnnClassifier(CnnClassifierOptions? options = null)
        : base(NameAfterLoading())
    {
        Options = options ?? new CnnClassifierOptions();
        if (Options.ClassNames is { } names && names.Count != Options.ClassCount)
        {
            throw new ArgumentException($"ClassNames: expected {Options.ClassCount} names, one for each class, found {names.Count}.", nameof(options));
        }

        Network = ReferenceNetwork.Create(Options.Height, Options.Width, Options.ClassCount, Options.Output == ClassifierOutput.Softmax);
        layers = [.. Network.Layers.Select(LayerModules.Create)];
        foreach ((LayerDescription layer, Module<Tensor, Tensor> module) in Network.Layers.Zip(layers).Where(pair => pair.First.Parameters.Count > 0))
        {
            register_module(layer.Name, module);
        }

        if (Options.Seed is { } seed)
        {
            Initialize(seed);
        }
    }

    /// <summary>The shape that the network was created with.</summary>
    public CnnClassifierOptions Options { get; }

    /// <summary>The name of each class, in the order of the logits: those of the options, else those of the data set that the model was last trained on, else
    /// numbers.</summary>
    public IReadOnlyList<string> ClassNames => Options.ClassNames ?? KnownClassNames.Of(this, Options.ClassCount);

    /// <summary>What a file of the weights says about them.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => Describe().ToMetadata();

    /// <inheritdoc/>
    IEnumerable<Module<Tensor, Tensor>> IDescribesNetwork.Layers => layers;

    /// <summary>What the module is made of.</summary>
    internal NetworkDescription Network { get; }

    private readonly Module<Tensor, Tensor>[] layers;

    /// <summary>Classifies a batch.</summary>
    /// <param name="input">Images [N, 1, Height, Width], floating-point, 0 (background) to 1 (ink), N ≥ 1, on the device of the weights.</param>
    /// <returns>Logits or probabilities [N, classes], owned by the caller or its dispose scope.</returns>
    /// <exception cref="ArgumentException">Another rank, image size or element type, or an empty batch.</exception>
    public override Tensor forward(Tensor input)
    {
        CheckInput(input);
        if (EngineModule.Of(this, Network.Input, training: false, out _)?.TryForward(input) is { } output)
        {
            return output;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor x = input;
        foreach (Module<Tensor, Tensor> layer in layers)
        {
            x = layer.call(x);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Compiles the kernels for this processor, which the first step and the first prediction do otherwise: a fifth of a second on one core, in which another
    /// thread may load libtorch. Loads nothing native itself. Only the first call in a process does anything; thread-safe.
    /// </summary>
    public static void CompileKernels() => EngineWarmup.Run();

    /// <summary>
    /// Writes the weights in the safetensors format, atomically, with a description of the model in the file's metadata. Equal weights give equal bytes.
    /// </summary>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public void Save(string path) => new SafetensorsFile(Weights(), Metadata).Save(path);

    /// <summary>Writes what <see cref="Save(string)"/> writes to a stream, which need not be seekable and stays open.</summary>
    /// <param name="stream">Receives the file.</param>
    public void Save(Stream stream) => new SafetensorsFile(Weights(), Metadata).Save(stream);

    /// <summary>
    /// Reads a file that <see cref="Save(string)"/> wrote, a checkpoint of a run, or a safetensors file of the same network from PyTorch, which is taken for
    /// 28×28 pixels, numbered classes and logits where it does not say otherwise. Of a checkpoint it reads the averaged weights where there are any.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The model on the CPU in eval mode.</returns>
    /// <exception cref="CheckpointFormatException">The file is not valid, or holds another model, misshapen, NaN or infinite weights.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public static CnnClassifier Load(string path)
    {
        (ModelDescription description, SafetensorsFile file) = ModelDescription.Load(path);
        return Create(description, file, path);
    }

    /// <summary>
    /// Reads what <see cref="Load(string)"/> reads from a stream, from its position to its end: an embedded resource, a blob. It need not be seekable, and
    /// stays open.
    /// </summary>
    /// <param name="stream">The file.</param>
    /// <returns>The model on the CPU in eval mode.</returns>
    /// <exception cref="CheckpointFormatException">The content is not valid, or holds another model, misshapen, NaN or infinite weights.</exception>
    /// <exception cref="TorchUnavailableException">libtorch could not be loaded.</exception>
    public static CnnClassifier Load(Stream stream)
    {
        (ModelDescription description, SafetensorsFile file) = ModelDescription.Load(WeightsFile.Load(stream), WeightsFile.NameOfStream);
        return Create(description, file, WeightsFile.NameOfStream);
    }

    private static CnnClassifier Create(ModelDescription description, SafetensorsFile file, string path)
    {
        if (description.ModelName != ModelDescription.Reference)
        {
            throw new CheckpointFormatException(
                path, $"expected the weights of a {nameof(CnnClassifier)}, found those of another network: {nameof(CnnPredictor)}.{nameof(CnnPredictor.Load)} "
                + "reads them.");
        }

        CnnClassifier model = new(new CnnClassifierOptions
        {
            Height = description.Height,
            Width = description.Width,
            ClassCount = description.ClassNames.Count,
            ClassNames = description.ClassNames,
            Output = description.ReturnsProbabilities ? ClassifierOutput.Softmax : ClassifierOutput.Logits,
        });
        SafetensorsModuleExtensions.Load(model, file, path);
        model.SetCalibration(description.Calibration);
        model.eval();
        return model;
    }

    /// <summary>
    /// Writes the network as an ONNX file (operator set 17) for ONNX Runtime and others, atomically. The input is named <c>images</c>, the output <c>logits</c>
    /// or
    /// <c>probabilities</c>; the batch size is free. Equal weights and options give equal bytes.
    /// </summary>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <param name="options">What goes in and out; numbers from 0 to 1 in and logits out where null.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public void ExportOnnx(string path, OnnxExportOptions? options = null)
    {
        Dictionary<string, SafetensorsTensor> weights = Weights();
        AtomicFile.Write(path, stream => OnnxGraph.Write(stream, Describe(), weights, options ?? new OnnxExportOptions()));
    }

    /// <summary>Writes what <see cref="ExportOnnx(string, OnnxExportOptions?)"/> writes to a stream, which need not be seekable and stays open.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="options">What goes in and out; numbers from 0 to 1 in and logits out where null.</param>
    public void ExportOnnx(Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        OnnxGraph.Write(stream, Describe(), Weights(), options ?? new OnnxExportOptions());
    }

    /// <summary>The weights as float32, whatever precision the module was converted to.</summary>
    private Dictionary<string, SafetensorsTensor> Weights() => ModuleState.Capture(this)
        .ToDictionary(pair => pair.Key, pair => pair.Value.Type == SafetensorsType.F32 ? pair.Value
            : SafetensorsTensor.Create<float>(pair.Value.ToSingles(), [.. pair.Value.Shape]));

    /// <summary>Copies the weights, as they are now, into a predictor: faster than <c>forward</c>, and independent of this model from then on.</summary>
    /// <param name="options">How the predictor works; the defaults where null.</param>
    /// <exception cref="InvalidOperationException">A weight is NaN, infinite or not of 32 bits.</exception>
    public CnnPredictor ToPredictor(CnnPredictorOptions? options = null)
    {
        ModelDescription description = Describe();
        SafetensorsFile weights = new(ModuleState.Capture(this));
        try
        {
            description.Check(weights, nameof(CnnClassifier));
        }
        catch (CheckpointFormatException e)
        {
            throw new InvalidOperationException($"Expected finite weights of 32 bits to predict with: {e.Message}", e);
        }

        return new CnnPredictor(description, weights.Tensors, options);
    }

    private ModelDescription Describe() => ModelDescription.OfReference(
        Options.Height,
        Options.Width,
        ClassNames,
        Options.Output == ClassifierOutput.Softmax) with
    {
        Calibration = this.GetCalibration(),
    };

    private static string NameAfterLoading()
    {
        TorchRuntime.EnsureLoaded();
        return nameof(CnnClassifier);
    }

    private void CheckInput(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long[] shape = input.shape;
        if (shape is not [> 0, 1, _, _] || shape[2] != Options.Height || shape[3] != Options.Width)
        {
            throw new ArgumentException($"Images: expected [N ≥ 1, 1, {Options.Height}, {Options.Width}], found [{string.Join(", ", shape)}].", nameof(input));
        }

        if (!input.is_floating_point())
        {
            throw new ArgumentException($"Images: expected floating-point values 0 to 1, found {input.dtype}.", nameof(input));
        }
    }

    /// <summary>PyTorch's default for both kinds of layer: uniform within ±1/√fan-in, weights and biases alike.</summary>
    private void Initialize(int seed)
    {
        using Generator generator = new((ulong)(uint)seed);
        using IDisposable noGradient = no_grad();
        double bound = 0;
        foreach (Parameter parameter in layers.SelectMany(LayerModules.ParametersOf))
        {
            // A bias has one dimension; the weight before it has the fan-in.
            bound = parameter.shape.Length == 1 ? bound : 1 / Math.Sqrt(parameter.numel() / parameter.shape[0]);
            parameter.uniform_(-bound, bound, generator);
        }
    }
}
