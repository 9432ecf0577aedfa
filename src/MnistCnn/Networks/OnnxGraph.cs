using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MnistCnn.Serialization;

namespace MnistCnn.Networks;

/// <summary>
/// Puts the classifier together as an ONNX graph: <c>images</c> in, <c>logits</c> or <c>probabilities</c> out, batch size free. Equal weights give equal bytes.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>The operator set 17 belongs to version 8 of the intermediate representation.</summary>
    private const int OperatorSet = 17;
    private const int IntermediateVersion = 8;

    private readonly ModelDescription description;
    private readonly OnnxExportOptions options;
    private readonly ProtobufMessage graph = new();
    private string current = "images";

    private OnnxGraph(ModelDescription description, OnnxExportOptions options)
    {
        this.description = description;
        this.options = options;
    }

    public static void Write(Stream stream, ModelDescription description, IReadOnlyDictionary<string, SafetensorsTensor> weights, OnnxExportOptions options)
    {
        ProtobufMessage graph = new OnnxGraph(description, options).Build(weights);
        IEnumerable<KeyValuePair<string, string>> metadata = description.ToMetadata().Where(pair => pair.Key != "format").Select(pair => pair.Key switch
        {
            "mnistcnn.output" => KeyValuePair.Create(pair.Key, OutputName(options)),
            "mnistcnn.normalization" when options.Input == OnnxInput.UInt8 => KeyValuePair.Create(pair.Key, "within the model"),
            _ => pair,
        });
        stream.Write(OnnxMessages.Model(graph, ModelDescription.LibraryVersion, IntermediateVersion, OperatorSet,
            metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)).Written);
    }

    private static string OutputName(OnnxExportOptions options) => options.Output == OnnxOutput.Logits ? "logits" : "probabilities";

    private ProtobufMessage Build(IReadOnlyDictionary<string, SafetensorsTensor> weights)
    {
        bool bytes = options.Input == OnnxInput.UInt8;
        if (bytes)
        {
            Add("cast", "Cast", [], "cast.out", OnnxMessages.Attribute("to", OnnxMessages.FloatElements));
            Add("scale", "Div", ["white"], "scale.out");
        }

        PredictionNetwork prediction = new(description.Network.WithoutSoftmax());
        NetworkDescription network = prediction.Network;
        bool isDivided = options.Calibrated && description.Calibration.Temperature != 1;
        foreach (LayerDescription layer in network.Layers)
        {
            Add(layer, !ReferenceEquals(layer, network.Layers[^1]) ? $"{layer.Name}.out" : isDivided ? "uncalibrated" : "logits");
        }

        if (isDivided)
        {
            Add("calibrate", "Div", ["temperature"], "logits");
            AddNumber("temperature", description.Calibration.Temperature);
        }

        if (options.Output == OnnxOutput.Probabilities)
        {
            Add(new SoftmaxDescription("softmax"), "probabilities");
        }

        graph.Text(2, description.ModelName);
        HashSet<string> scales = [.. network.Layers.Zip(network.Shapes).Where(pair => pair is (ScaleDescription, { IsFlat: false }))
            .SelectMany(pair => pair.First.Parameters.Select(parameter => parameter.Name))];
        foreach ((ParameterDescription parameter, float[] values) in network.Parameters.Zip(prediction.Parameters(name => weights[name].ToSingles())))
        {
            // A scale of a map is one of channels, which come before rows and columns.
            IReadOnlyList<long> shape = scales.Contains(parameter.Name) ? [.. parameter.Shape, 1, 1] : parameter.Shape;
            graph.Message(5, OnnxMessages.Tensor(parameter.Name, shape, MemoryMarshal.AsBytes(values.AsSpan())));
        }

        if (bytes)
        {
            AddNumber("white", 255);
        }

        graph.Message(11, OnnxMessages.Value(
            "images",
            bytes ? OnnxMessages.ByteElements : OnnxMessages.FloatElements,
            bytes ? "Images, 0 (background) to 255 (ink)." : "Images, 0 (background) to 1 (ink).",
            description.Network.Input.Channels, description.Height, description.Width));
        graph.Message(12, OnnxMessages.Value(
            OutputName(options),
            OnnxMessages.FloatElements,
            options.Output == OnnxOutput.Logits ? "Unnormalised log-probabilities of the classes." : "Probabilities of the classes.",
            description.ClassNames.Count));
        return graph;
    }

    private void AddNumber(string name, float number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        graph.Message(5, OnnxMessages.Tensor(name, [], bytes));
    }

    private void Add(LayerDescription layer, string output)
    {
        if (layer is ScaleDescription)
        {
            Add($"{layer.Name}.mul", "Mul", [layer.Parameters[0].Name], $"{layer.Name}.product");
            Add($"{layer.Name}.add", "Add", [layer.Parameters[1].Name], output);
            return;
        }

        (string operation, ProtobufMessage[] attributes) = layer switch
        {
            ConvolutionDescription c => ("Conv", c.Padding == 0
                ? [OnnxMessages.Attribute("strides", [c.Stride, c.Stride])]
                : [OnnxMessages.Attribute("strides", [c.Stride, c.Stride]), OnnxMessages.Attribute("pads", [c.Padding, c.Padding, c.Padding, c.Padding])]),
            LinearDescription => ("Gemm", [OnnxMessages.Attribute("transB", 1)]),
            ReluDescription => ("Relu", []),
            LeakyReluDescription l => ("LeakyRelu", [OnnxMessages.Attribute("alpha", (float)l.Slope)]),
            MaxPoolDescription p => ("MaxPool", Pool(p.Kernel, p.Stride, p.Padding)),
            AveragePoolDescription p => ("AveragePool", [.. Pool(p.Kernel, p.Stride, p.Padding), OnnxMessages.Attribute("count_include_pad", 1)]),
            GlobalAveragePoolDescription => ("GlobalAveragePool", []),
            SoftmaxDescription { IsLogarithm: true } => ("LogSoftmax", [OnnxMessages.Attribute("axis", 1)]),
            FlattenDescription => ("Flatten", []),
            SoftmaxDescription => ("Softmax", [OnnxMessages.Attribute("axis", 1)]),
            _ => throw new NotSupportedException($"Layer '{layer.Name}': expected one that ONNX has, found {layer.GetType().Name}."),
        };
        Add(layer.Name, operation, [.. layer.Parameters.Select(parameter => parameter.Name)], output, attributes);
    }

    private static ProtobufMessage[] Pool(int kernel, int stride, int padding) =>
    [
        OnnxMessages.Attribute("kernel_shape", [kernel, kernel]), OnnxMessages.Attribute("strides", [stride, stride]),
        OnnxMessages.Attribute("pads", [padding, padding, padding, padding]),
    ];

    private void Add(string name, string operation, string[] parameters, string output, params ProtobufMessage[] attributes)
    {
        graph.Message(1, OnnxMessages.Node(name, operation, [current, .. parameters], output, attributes));
        current = output;
    }
}
