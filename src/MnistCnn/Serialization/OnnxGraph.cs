using System.Buffers.Binary;

namespace MnistCnn.Serialization;

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
            Add("cast", "Cast", [], OnnxMessages.Attribute("to", OnnxMessages.FloatElements));
            Add("scale", "Div", ["white"]);
        }

        Add("conv1", "Conv", ["conv1.weight", "conv1.bias"], OnnxMessages.Attribute("strides", [2, 2]));
        Add("relu1", "Relu", []);
        Add("conv2", "Conv", ["conv2.weight", "conv2.bias"], OnnxMessages.Attribute("strides", [2, 2]));
        Add("relu2", "Relu", []);
        Add("conv3", "Conv", ["conv3.weight", "conv3.bias"], OnnxMessages.Attribute("strides", [1, 1]));
        Add("relu3", "Relu", []);
        Add("flatten", "Flatten", []);
        Add("fc1", "Gemm", ["fc1.weight", "fc1.bias"], OnnxMessages.Attribute("transB", 1));
        Add("relu4", "Relu", []);
        Add("fc2", "Gemm", ["fc2.weight", "fc2.bias"], OnnxMessages.Attribute("transB", 1));
        Add("relu5", "Relu", []);
        AddTo("logits", "fc3", "Gemm", ["fc3.weight", "fc3.bias"], OnnxMessages.Attribute("transB", 1));
        if (options.Output == OnnxOutput.Probabilities)
        {
            AddTo("probabilities", "softmax", "Softmax", [], OnnxMessages.Attribute("axis", 1));
        }

        graph.Text(2, ModelDescription.ModelName);
        foreach ((string name, long[] shape) in description.WeightShapes())
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

    private void Add(string name, string operation, string[] parameters, params ProtobufMessage[] attributes) => AddTo($"{name}.out", name, operation, parameters, attributes);

    private void AddTo(string output, string name, string operation, string[] parameters, params ProtobufMessage[] attributes)
    {
        graph.Message(1, OnnxMessages.Node(name, operation, [current, .. parameters], output, attributes));
        current = output;
    }
}
