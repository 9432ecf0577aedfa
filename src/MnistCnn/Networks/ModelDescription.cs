using System.Globalization;
using MnistCnn.Serialization;

namespace MnistCnn.Networks;

/// <summary>
/// What a weights file says about itself in <c>__metadata__</c>: the network, class names, and so the names and shapes of the weights. Reachable without
/// TorchSharp. Immutable.
/// </summary>
/// <param name="Network">The network, whose weights the file holds.</param>
/// <param name="ClassNames">One for each output.</param>
/// <param name="ModelName"><see cref="Reference"/>, of which format 1 writes down the sizes alone, or <see cref="Other"/>, of which format 2 writes down the
/// layers.</param>
internal sealed record ModelDescription(NetworkDescription Network, IReadOnlyList<string> ClassNames, string ModelName)
{
    /// <summary>The newest version of the metadata that is read. The reference network is written in version 1, others in version 2.</summary>
    public const int FormatVersion = 2;

    public const string Reference = "CnnClassifier", Other = "Network";

    /// <summary>Pixels 0–255 are divided by 255, and nothing else is done to them.</summary>
    public const string Normalization = "divide by 255";

    private const string Prefix = "mnistcnn.";
    private const string Temperature = Prefix + "temperature";
    private const string Threshold = Prefix + "familiarity_threshold";
    private const int MaximumClasses = 256;
    private const int MaximumSide = 1 << 14;

    /// <summary>The digits, or the numbers of as many classes.</summary>
    public static IReadOnlyList<string> DefaultClassNames(int count) => [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>What makes its outputs probabilities; a file without it says nothing about it.</summary>
    public Calibration Calibration { get; init; } = Calibration.None;

    public int Height => Network.Input.Height;

    public int Width => Network.Input.Width;

    /// <summary>Whether <c>forward</c> returns probabilities.</summary>
    public bool ReturnsProbabilities => Network.EndsWithSoftmax;

    /// <summary>The reference network.</summary>
    public static ModelDescription OfReference(int height, int width, IReadOnlyList<string> classNames, bool returnsProbabilities) =>
        new(ReferenceNetwork.Create(height, width, classNames.Count, returnsProbabilities), classNames, Reference);

    public Dictionary<string, string> ToMetadata()
    {
        Dictionary<string, string> metadata = Layers();
        if (Calibration.Temperature != 1)
        {
            metadata[Temperature] = Calibration.Temperature.ToString(CultureInfo.InvariantCulture);
        }

        if (Calibration.FamiliarityThreshold is { } threshold)
        {
            metadata[Threshold] = threshold.ToString(CultureInfo.InvariantCulture);
        }

        return metadata;
    }

    private Dictionary<string, string> Layers() => new(StringComparer.Ordinal)
    {
        ["format"] = "pt",
        [Prefix + "format"] = ModelName == Reference ? "1" : "2",
        [Prefix + "version"] = LibraryVersion,
        [Prefix + "model"] = ModelName,
        [Prefix + (ModelName == Reference ? "layers" : "network")] = ModelName == Reference
            ? string.Join(", ", Network.WithoutSoftmax().Layers.Select((layer, l) => l == Network.WithoutSoftmax().Layers.Count - 1 ? layer.Name
                : Describe(layer)))
            : NetworkJson.Write(Network),
        [Prefix + "classes"] = ClassNamesJson.Write(ClassNames),
        [Prefix + "image_height"] = Height.ToString(CultureInfo.InvariantCulture),
        [Prefix + "image_width"] = Width.ToString(CultureInfo.InvariantCulture),
        [Prefix + "normalization"] = Normalization,
        [Prefix + "output"] = ReturnsProbabilities ? "softmax" : "logits",
    };

    /// <summary>
    /// Reads what a file says. A file without our metadata, such as one from PyTorch, is taken for 28×28 pixels, numbered classes and logits.
    /// </summary>
    /// <exception cref="CheckpointFormatException">The metadata contradicts itself, describes another model or comes from a newer version.</exception>
    public static ModelDescription Read(SafetensorsFile file, string path)
    {
        string Value(string key, string fallback) => file.Metadata.GetValueOrDefault(Prefix + key, fallback);
        CheckpointFormatException Unexpected(string key, string expected) =>
            new(path, $"metadata {Prefix}{key}: expected {expected}, found {SafetensorsHeader.Quote(Value(key, ""))}.");
        int Integer(string key, int fallback, int minimum, int maximum) =>
            int.TryParse(Value(key, fallback.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && value >= minimum && value <= maximum
                ? value
                : throw Unexpected(key, $"an integer from {minimum} to {maximum}");

        int format = Integer("format", 1, 1, int.MaxValue);
        if (format > FormatVersion)
        {
            throw new CheckpointFormatException(path,
                $"expected weights format {FormatVersion} or older, found the newer format {format}: update the library to read it.");
        }

        string model = format == 1 ? Reference : Other;
        if (Value("model", model) != model)
        {
            throw Unexpected("model", model);
        }

        if (Value("normalization", Normalization) != Normalization)
        {
            throw Unexpected("normalization", $"'{Normalization}'");
        }

        IReadOnlyList<string> names = file.Metadata.TryGetValue(Prefix + "classes", out string? json)
            ? ClassNamesJson.Read(json, MaximumClasses) ?? throw Unexpected("classes", $"a JSON array of 2 to {MaximumClasses} names")
            : DefaultClassNames(ClassesOf(file));
        Calibration calibration = ReadCalibration(file, path);
        if (format == 2)
        {
            return ReadNetwork(Value("network", ""), names, path) with { Calibration = calibration };
        }

        bool probabilities = Value("output", "logits") switch
        {
            "logits" => false,
            "softmax" => true,
            _ => throw Unexpected("output", "'logits' or 'softmax'")
        };
        return OfReference(Integer("image_height", 28, ReferenceNetwork.SmallestSide, MaximumSide),
            Integer("image_width", 28, ReferenceNetwork.SmallestSide, MaximumSide), names, probabilities) with
        { Calibration = calibration };
    }

    /// <summary>Reads a file of weights whole: all of them F32, finite and of the shapes that the description asks for.</summary>
    /// <exception cref="CheckpointFormatException">Anything else, listed.</exception>
    public static (ModelDescription Description, SafetensorsFile File) Load(string path) => Load(WeightsFile.Load(path), path);

    /// <summary>Checks weights that were read.</summary>
    /// <exception cref="CheckpointFormatException">They are not F32, finite and of the shapes that the description asks for; listed.</exception>
    public static (ModelDescription Description, SafetensorsFile File) Load(SafetensorsFile file, string path)
    {
        ModelDescription description = Read(file, path);
        description.Check(file, path);
        return (description, file);
    }

    public void Check(SafetensorsFile file, string path)
    {
        List<string> problems = [];
        IReadOnlyList<ParameterDescription> expected = [.. Network.Parameters, .. Network.Buffers];
        foreach ((string name, IReadOnlyList<long> shape) in expected)
        {
            // The number of batches counts, and is the only tensor without a side.
            SafetensorsType type = shape.Count == 0 ? SafetensorsType.I64 : SafetensorsType.F32;
            string wanted = SafetensorsHeader.Describe(type, shape);
            if (!file.Tensors.TryGetValue(name, out SafetensorsTensor? tensor))
            {
                problems.Add($"'{name}': expected {wanted}, found no such tensor");
            }
            else if (tensor.Type != type || !tensor.Shape.SequenceEqual(shape))
            {
                problems.Add($"'{name}': expected {wanted}, found {tensor.Describe()}");
            }
            else if (type == SafetensorsType.F32 && SafetensorsElements.IndexOfNonFinite(tensor.Type, tensor.Data.Span) is var index and >= 0)
            {
                problems.Add($"'{name}': expected finite numbers, found another at element {index}");
            }
        }

        problems.AddRange(file.Tensors.Keys.Except(expected.Select(e => e.Name)).Order(StringComparer.Ordinal).Take(MaximumClasses)
            .Select(name => $"{SafetensorsHeader.Quote(name)}: expected no such tensor, found {file.Tensors[name].Describe()}"));
        if (problems.Count > 0)
        {
            throw new CheckpointFormatException(path,
                $"does not fit {ModelName}: {string.Join("; ", problems.Take(12))}{(problems.Count > 12 ? $"; and {problems.Count - 12} more" : "")}.");
        }
    }

    private static ModelDescription ReadNetwork(string json, IReadOnlyList<string> names, string path)
    {
        try
        {
            NetworkDescription network = NetworkJson.Read(json);
            return network.Classes == names.Count && network.Input.Channels == 1
                ? new ModelDescription(network, names, Other)
                : throw new CheckpointFormatException(
                    path, $"metadata {Prefix}network: expected 1 channel of images and {names.Count} classes, as there are names, found "
                    + $"{network.Input.Channels} and {network.Classes}.");
        }
        catch (FormatException e)
        {
            throw new CheckpointFormatException(path, $"metadata {Prefix}network: {e.Message}", e);
        }
    }

    private static Calibration ReadCalibration(SafetensorsFile file, string path)
    {
        float? Number(string key) => !file.Metadata.TryGetValue(key, out string? text) ? null
            : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
                && (value > 0 || key == Threshold) ? value
            : throw new CheckpointFormatException(
                path, $"metadata {key}: expected a finite number{(key == Threshold ? "" : " above 0")}, found {SafetensorsHeader.Quote(text)}.");
        return new Calibration { Temperature = Number(Temperature) ?? 1, FamiliarityThreshold = Number(Threshold) };
    }

    internal static string LibraryVersion => typeof(ModelDescription).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>A layer in the words of the metadata.</summary>
    private static string Describe(LayerDescription layer) => layer switch
    {
        ConvolutionDescription c => $"{c.Name} {c.Channels}-{c.Filters} {c.Kernel}x{c.Kernel} stride {c.Stride}",
        LinearDescription l => $"{l.Name} {l.Outputs}",
        ReluDescription => "relu",
        _ => layer.Name,
    };

    private static int ClassesOf(SafetensorsFile file) =>
        file.Tensors.TryGetValue("fc3.bias", out SafetensorsTensor? bias) && bias.Shape is [>= 2 and <= MaximumClasses] ? (int)bias.Shape[0] : 10;
}
