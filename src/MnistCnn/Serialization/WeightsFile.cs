namespace MnistCnn.Serialization;

/// <summary>
/// The weights of a model from a safetensors file or from a training checkpoint, under the names that the model gives them. Of a checkpoint these are the
/// averaged weights where it has any, and what the model says about itself; optimizer, position and history are left out.
/// </summary>
internal static class WeightsFile
{
    /// <summary>What the names of a checkpoint's weights begin with.</summary>
    public const string Weights = "model.";

    /// <summary>What the names of a checkpoint's averaged weights begin with.</summary>
    public const string Averages = "average.";

    /// <summary>What the names of metadata that describe a model begin with.</summary>
    public const string Description = "mnistcnn.";

    /// <summary>How errors name a stream.</summary>
    public const string NameOfStream = "(stream)";

    /// <exception cref="CheckpointFormatException">The file is not valid, or a checkpoint that is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        SafetensorsFile file = SafetensorsFile.Load(path);
        return CheckpointFile.Is(file) ? Of(CheckpointFile.Load(path)) : file;
    }

    /// <summary>Reads a stream from its position to its end.</summary>
    /// <exception cref="CheckpointFormatException">The content is not valid, or a checkpoint that is damaged.</exception>
    public static SafetensorsFile Load(Stream stream)
    {
        using MemoryStream content = Copy(stream);
        SafetensorsFile file = SafetensorsFile.Read(content, NameOfStream);
        content.Position = 0;
        return CheckpointFile.Is(file) ? Of(CheckpointFile.Read(content, NameOfStream)) : file;
    }

    /// <summary>The rest of a stream, which need not be seekable.</summary>
    public static MemoryStream Copy(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MemoryStream content = new();
        stream.CopyTo(content);
        content.Position = 0;
        return content;
    }

    private static SafetensorsFile Of(CheckpointFile checkpoint)
    {
        Dictionary<string, SafetensorsTensor> tensors = checkpoint.TensorsOf(Weights);
        foreach ((string name, SafetensorsTensor average) in checkpoint.TensorsOf(Averages))
        {
            tensors[name] = average;
        }

        return new SafetensorsFile(tensors, checkpoint.Values.Where(pair => pair.Key.StartsWith(Description, StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal));
    }
}
