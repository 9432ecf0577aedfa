using static TorchSharp.torch.nn;

namespace MnistCnn.Serialization;

/// <summary>
/// Saves and loads the parameters and buffers of any module in the safetensors format. Names and shapes are those of PyTorch's <c>state_dict</c>.
/// </summary>
public static class SafetensorsModuleExtensions
{
    /// <summary>Writes the module's state atomically. Equal weights and metadata give equal bytes.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <param name="metadata">Free strings for the file's <c>__metadata__</c>; none where null.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public static void SaveSafetensors(this Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        new SafetensorsFile(ModuleState.Capture(module), metadata).Save(path);
    }

    /// <summary>
    /// Reads a file into a live module: either everything in it, or nothing and an exception. The tensors keep their identity, device and type.
    /// </summary>
    /// <param name="module">The module; no other thread may use it meanwhile.</param>
    /// <param name="path">The file: weights, or a training checkpoint, of which the averaged weights are read where it has any.</param>
    /// <param name="options">What is tolerated; nothing where null.</param>
    /// <returns>The file's <c>__metadata__</c>.</returns>
    /// <exception cref="CheckpointFormatException">
    /// The file is not valid or does not fit the module: tensors missing, extra, of another shape or type, NaN or infinite.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> LoadSafetensors(this Module module, string path, SafetensorsLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        SafetensorsFile file = WeightsFile.Load(path);
        Load(module, file, path, options);
        return file.Metadata;
    }

    /// <summary>Writes the module's state to a stream, which need not be seekable and stays open. Equal weights and metadata give equal bytes.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="stream">Receives the file.</param>
    /// <param name="metadata">Free strings for the file's <c>__metadata__</c>; none where null.</param>
    public static void SaveSafetensors(this Module module, Stream stream, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        new SafetensorsFile(ModuleState.Capture(module), metadata).Save(stream);
    }

    /// <summary>
    /// Reads a stream from its position to its end into a live module: either everything in it, or nothing and an exception. The stream need not be seekable,
    /// and stays open.
    /// </summary>
    /// <param name="module">The module; no other thread may use it meanwhile.</param>
    /// <param name="stream">A safetensors file or a training checkpoint.</param>
    /// <param name="options">What is tolerated; nothing where null.</param>
    /// <returns>The file's <c>__metadata__</c>.</returns>
    /// <exception cref="CheckpointFormatException">The content is not valid or does not fit the module.</exception>
    public static IReadOnlyDictionary<string, string> LoadSafetensors(this Module module, Stream stream, SafetensorsLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        SafetensorsFile file = WeightsFile.Load(stream);
        Load(module, file, WeightsFile.NameOfStream, options);
        return file.Metadata;
    }

    internal static void Load(Module module, SafetensorsFile file, string path, SafetensorsLoadOptions? options = null)
    {
        using ModuleState state = ModuleState.Prepare(module, file.Tensors, options ?? new SafetensorsLoadOptions(), path);
        state.Apply();
    }
}
