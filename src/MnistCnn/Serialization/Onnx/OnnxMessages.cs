namespace MnistCnn.Serialization;

/// <summary>The messages of ONNX that an export needs. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.</summary>
internal static class OnnxMessages
{
    private const int FloatType = 1;
    private const int FloatAttribute = 1;
    private const int IntegerAttribute = 2;
    private const int IntegersAttribute = 7;

    public const int FloatElements = FloatType;
    public const int ByteElements = 2;

    public static ProtobufMessage Model(ProtobufMessage graph, string producerVersion, int intermediateVersion, int operatorSet,
        IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ProtobufMessage model = new ProtobufMessage()
            .Integer(1, intermediateVersion)
            .Text(2, "MnistCnn")
            .Text(3, producerVersion)
            .Message(7, graph)
            .Message(8, new ProtobufMessage().Text(1, "").Integer(2, operatorSet));
        foreach ((string key, string value) in metadata)
        {
            model.Message(14, new ProtobufMessage().Text(1, key).Text(2, value));
        }

        return model;
    }

    public static ProtobufMessage Node(string name, string operation, string[] inputs, string output, params ProtobufMessage[] attributes)
    {
        ProtobufMessage node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(3, name).Text(4, operation);
        foreach (ProtobufMessage attribute in attributes)
        {
            node.Message(5, attribute);
        }

        return node;
    }

    public static ProtobufMessage Attribute(string name, long value) => new ProtobufMessage().Text(1, name).Integer(3, value).Integer(20, IntegerAttribute);

    public static ProtobufMessage Attribute(string name, float value) => new ProtobufMessage().Text(1, name).Single(2, value).Integer(20, FloatAttribute);

    public static ProtobufMessage Attribute(string name, long[] values)
    {
        ProtobufMessage attribute = new ProtobufMessage().Text(1, name);
        foreach (long value in values)
        {
            attribute.Integer(8, value);
        }

        return attribute.Integer(20, IntegersAttribute);
    }

    public static ProtobufMessage Tensor(string name, IEnumerable<long> shape, ReadOnlySpan<byte> littleEndianSingles)
    {
        ProtobufMessage tensor = new();
        foreach (long dimension in shape)
        {
            tensor.Integer(1, dimension);
        }

        return tensor.Integer(2, FloatType).Text(8, name).Bytes(9, littleEndianSingles);
    }

    /// <summary>An input or output whose first dimension is free and named <c>batch</c>.</summary>
    public static ProtobufMessage Value(string name, int elementType, string description, params long[] dimensionsAfterBatch)
    {
        ProtobufMessage shape = new ProtobufMessage().Message(1, new ProtobufMessage().Text(2, "batch"));
        foreach (long dimension in dimensionsAfterBatch)
        {
            shape.Message(1, new ProtobufMessage().Integer(1, dimension));
        }

        ProtobufMessage tensorType = new ProtobufMessage().Integer(1, elementType).Message(2, shape);
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, tensorType)).Text(3, description);
    }
}
