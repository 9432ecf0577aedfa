using System.Buffers.Binary;
using MnistCnn.Serialization;

namespace MnistCnn.Networks;

/// <summary>Puts the classifier together as an ONNX graph: <c>images</c> in, <c>logits</c> or <c>probabilities</c> out, batch size free. Equal weights give equal bytes.</summary>
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
        stream.Write(OnnxMessages.Model(graph, ModelDescription.LibraryVersion, IntermediateVersion, OperatorSet, metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)).Written);
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

        NetworkDescription network = description.Network.WithoutSoftmax();
        foreach (LayerDescription layer in network.Layers)
        {
            Add(layer, layer == network.Layers[^1] ? "logits" : $"{layer.Name}.out");
        }

        if (options.Output == OnnxOutput.Probabilities)
        {
            Add(new SoftmaxDescription("softmax"), "probabilities");
        }

        graph.Text(2, ModelDescription.ModelName);
        foreach ((string name, IReadOnlyList<long> shape) in network.Parameters)
        {
            graph.Message(5, OnnxMessages.Tensor(name, shape, weights[name].Data.Span));
        }

        if (bytes)
        {
            byte[] white = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(white, 255f);
            graph.Message(5, OnnxMessages.Tensor("white", [], white));
        }

        graph.Message(11, OnnxMessages.Value(
            "images",
            bytes ? OnnxMessages.ByteElements : OnnxMessages.FloatElements,
            bytes ? "Images, 0 (background) to 255 (ink)." : "Images, 0 (background) to 1 (ink).",
            1, description.Height, description.Width));
        graph.Message(12, OnnxMessages.Value(
            OutputName(options),
            OnnxMessages.FloatElements,
            options.Output == OnnxOutput.Logits ? "Unnormalised log-probabilities of the classes." : "Probabilities of the classes.",
            description.ClassNames.Count));
        return graph;
    }

    private void Add(LayerDescription layer, string output)
    {
        (string operation, ProtobufMessage[] attributes) = layer switch
        {
            ConvolutionDescription c => ("Conv", c.Padding == 0
                ? new[] { OnnxMessages.Attribute("strides", [c.Stride, c.Stride]) }
                : [OnnxMessages.Attribute("strides", [c.Stride, c.Stride]), OnnxMessages.Attribute("pads", [c.Padding, c.Padding, c.Padding, c.Padding])]),
            LinearDescription => ("Gemm", [OnnxMessages.Attribute("transB", 1)]),
            ReluDescription => ("Relu", []),
            FlattenDescription => ("Flatten", []),
            SoftmaxDescription => ("Softmax", [OnnxMessages.Attribute("axis", 1)]),
            _ => throw new NotSupportedException($"Layer '{layer.Name}': expected one that ONNX has, found {layer.GetType().Name}."),
        };
        Add(layer.Name, operation, [.. layer.Parameters.Select(parameter => parameter.Name)], output, attributes);
    }

    private void Add(string name, string operation, string[] parameters, string output, params ProtobufMessage[] attributes)
    {
        graph.Message(1, OnnxMessages.Node(name, operation, [current, .. parameters], output, attributes));
        current = output;
    }
}
