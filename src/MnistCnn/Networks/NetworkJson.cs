using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MnistCnn.Networks;

/// <summary>A network as JSON, in the words of PyTorch's modules. Equal networks give equal text.</summary>
internal static class NetworkJson
{
    private const int MostLayers = 256, MostSide = 1 << 14, MostWidth = 1 << 20, MostName = 256, MostNumbers = 1 << 22, MostPadding = 64;

    public static string Write(NetworkDescription network)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("input");
            json.WriteNumberValue(network.Input.Channels);
            json.WriteNumberValue(network.Input.Height);
            json.WriteNumberValue(network.Input.Width);
            json.WriteEndArray();
            json.WriteStartArray("layers");
            foreach (LayerDescription layer in network.Layers)
            {
                json.WriteStartObject();
                json.WriteString("name", layer.Name);
                Write(json, layer);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write(NetworkDescription)"/> wrote.</summary>
    /// <exception cref="FormatException">Anything else; the message says what was expected, of which layer.</exception>
    public static NetworkDescription Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            int[] input = [.. Get(root, "network", "input", JsonValueKind.Array).EnumerateArray().Take(4)
                .Select(side => Number(side, "network", "input", 1, MostSide))];
            JsonElement layers = Get(root, "network", "layers", JsonValueKind.Array);
            if (input.Length != 3 || layers.GetArrayLength() is < 1 or > MostLayers)
            {
                throw new FormatException(
                    $"Network: expected an input of 3 sides and 1 to {MostLayers} layers, found {input.Length} and {layers.GetArrayLength()}.");
            }

            NetworkBuilder builder = new(new(input[0], input[1], input[2]));
            HashSet<string> names = [];
            foreach (JsonElement layer in layers.EnumerateArray())
            {
                LayerDescription description = ReadLayer(layer);
                if (!names.Add(description.Name))
                {
                    throw new FormatException($"Layer '{description.Name}': expected a name of its own, found it twice.");
                }

                builder.Add(description);
            }

            NetworkDescription network = builder.Build();
            return network.Shapes.FirstOrDefault(shape => shape.Length > MostNumbers) is { Channels: > 0 } large
                ? throw new FormatException($"Network: expected at most {MostNumbers} numbers between two layers, found {large}.")
                : network;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new FormatException(e is OverflowException ? "Network: expected one that can be addressed, found a larger one." : e.Message, e);
        }
    }

    /// <summary>PyTorch's name of a layer's kind.</summary>
    public static string TypeOf(LayerDescription layer) => layer switch
    {
        ConvolutionDescription => "Conv2d",
        LinearDescription => "Linear",
        ReluDescription => "ReLU",
        LeakyReluDescription => "LeakyReLU",
        MaxPoolDescription => "MaxPool2d",
        AveragePoolDescription => "AvgPool2d",
        GlobalAveragePoolDescription => "AdaptiveAvgPool2d",
        BatchNormDescription { IsOfVector: true } => "BatchNorm1d",
        BatchNormDescription => "BatchNorm2d",
        DropoutDescription { PerChannel: true } => "Dropout2d",
        DropoutDescription => "Dropout",
        FlattenDescription => "Flatten",
        SoftmaxDescription { IsLogarithm: true } => "LogSoftmax",
        SoftmaxDescription => "Softmax",
        _ => layer.GetType().Name,
    };

    private static void Write(Utf8JsonWriter json, LayerDescription layer)
    {
        json.WriteString("type", TypeOf(layer));
        switch (layer)
        {
            case ConvolutionDescription c:
                json.WriteNumber("in_channels", c.Channels);
                json.WriteNumber("out_channels", c.Filters);
                json.WriteNumber("kernel_size", c.Kernel);
                json.WriteNumber("stride", c.Stride);
                json.WriteNumber("padding", c.Padding);
                json.WriteBoolean("bias", c.Bias);
                break;
            case LinearDescription l:
                json.WriteNumber("in_features", l.Inputs);
                json.WriteNumber("out_features", l.Outputs);
                json.WriteBoolean("bias", l.Bias);
                break;
            case LeakyReluDescription l:
                json.WriteNumber("negative_slope", l.Slope);
                break;
            case MaxPoolDescription p:
                WritePool(json, p.Kernel, p.Stride, p.Padding);
                break;
            case AveragePoolDescription p:
                WritePool(json, p.Kernel, p.Stride, p.Padding);
                break;
            case BatchNormDescription b:
                json.WriteNumber("num_features", b.Channels);
                json.WriteNumber("eps", b.Epsilon);
                if (b.Momentum is { } momentum)
                {
                    json.WriteNumber("momentum", momentum);
                }

                break;
            case DropoutDescription d:
                json.WriteNumber("p", d.Probability);
                break;
        }
    }

    private static void WritePool(Utf8JsonWriter json, int kernel, int stride, int padding)
    {
        json.WriteNumber("kernel_size", kernel);
        json.WriteNumber("stride", stride);
        json.WriteNumber("padding", padding);
    }

    private static LayerDescription ReadLayer(JsonElement layer)
    {
        string name = Get(layer, "layer", "name", JsonValueKind.String).GetString()!, of = $"layer '{(name.Length > MostName ? name[..MostName] : name)}'";
        if (name.Length > MostName)
        {
            throw new FormatException($"{of}: expected a name of at most {MostName} characters, found {name.Length}.");
        }

        int Int(string key, int least, int most) => Number(Get(layer, of, key, JsonValueKind.Number), of, key, least, most);
        double Real(string key, double least, double most) => Get(layer, of, key, JsonValueKind.Number).GetDouble() is var value && value >= least
            && value <= most
            ? value
            : throw new FormatException($"{of}, {key}: expected a number from {least} to {most}, found another.");
        bool Flag(string key) => layer.TryGetProperty(key, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            && value.GetBoolean();

        string type = Get(layer, of, "type", JsonValueKind.String).GetString()!;
        return type switch
        {
            "Conv2d" => new ConvolutionDescription(
                name, Int("in_channels", 1, MostWidth), Int("out_channels", 1, MostWidth), Int("kernel_size", 1, MostSide), Int("stride", 1, MostSide),
                Int("padding", 0, MostPadding), Flag("bias")),
            "Linear" => new LinearDescription(name, Int("in_features", 1, int.MaxValue), Int("out_features", 1, MostWidth), Flag("bias")),
            "ReLU" => new ReluDescription(name),
            "LeakyReLU" => new LeakyReluDescription(name, Real("negative_slope", -1e6, 1e6)),
            "MaxPool2d" => new MaxPoolDescription(name, Int("kernel_size", 1, MostSide), Int("stride", 1, MostSide), Int("padding", 0, MostSide)),
            "AvgPool2d" => new AveragePoolDescription(name, Int("kernel_size", 1, MostSide), Int("stride", 1, MostSide), Int("padding", 0, MostSide)),
            "AdaptiveAvgPool2d" => new GlobalAveragePoolDescription(name),
            "BatchNorm1d" or "BatchNorm2d" => new BatchNormDescription(
                name, Int("num_features", 1, MostWidth), Real("eps", 0, 1e6), layer.TryGetProperty("momentum", out _) ? Real("momentum", 0, 1) : null,
                type == "BatchNorm1d"),
            "Dropout" or "Dropout2d" => new DropoutDescription(name, Real("p", 0, 1), type == "Dropout2d"),
            "Flatten" => new FlattenDescription(name),
            "Softmax" or "LogSoftmax" => new SoftmaxDescription(name, type == "LogSoftmax"),
            _ => throw new FormatException($"{of}: expected a layer that this version knows, found '{(type.Length > MostName ? type[..MostName] : type)}'."),
        };
    }

    private static JsonElement Get(JsonElement element, string of, string key, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new FormatException($"{of}: expected {key}, {kind}, found none.");

    private static int Number(JsonElement element, string of, string key, int least, int most) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= least && value <= most
            ? value
            : throw new FormatException(
                $"{of}, {key}: expected an integer from {least} to {most}, found {(element.GetRawText() is { Length: < 40 } raw ? raw : "another")}.");
}
