using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace MnistCnn.Serialization;

/// <summary>
/// Named arrays and a map of strings in the safetensors format, which PyTorch and many other programs read. Immutable and safe for concurrent use.
/// Format: https://github.com/huggingface/safetensors#format.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>Holds tensors and metadata.</summary>
    /// <param name="tensors">The arrays by name.</param>
    /// <param name="metadata">Free strings by name; none where null.</param>
    public SafetensorsFile(IReadOnlyDictionary<string, SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Tensors = new ReadOnlyDictionary<string, SafetensorsTensor>(new Dictionary<string, SafetensorsTensor>(tensors, StringComparer.Ordinal));
        Metadata = new ReadOnlyDictionary<string, string>(
            new Dictionary<string, string>(metadata ?? ReadOnlyDictionary<string, string>.Empty, StringComparer.Ordinal));
    }

    /// <summary>The arrays by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The file's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file. Memory is bounded by the size of the file; nothing is allocated for a size that was not checked against it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its whole content.</returns>
    /// <exception cref="CheckpointFormatException">The file breaks a rule of the format, holds an unsupported element type or is a PyTorch pickle.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new CheckpointFormatException(path, "expected a file, found a folder.");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Read(stream, path);
    }

    /// <summary>Reads a stream from its position to its end, which is copied to memory first; it need not be seekable, and stays open.</summary>
    /// <param name="stream">A file in the safetensors format.</param>
    /// <returns>Its whole content.</returns>
    /// <exception cref="CheckpointFormatException">The content breaks a rule of the format, holds an unsupported element type or is a PyTorch
    /// pickle.</exception>
    public static SafetensorsFile Load(Stream stream)
    {
        using MemoryStream content = WeightsFile.Copy(stream);
        return Read(content, WeightsFile.NameOfStream);
    }

    /// <summary>Writes the file to a stream, which need not be seekable and stays open. Equal contents give equal bytes.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <exception cref="ArgumentException">A tensor is named <c>__metadata__</c>, or the header passes 100,000,000 bytes.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteTo(stream);
    }

    /// <summary>Writes the file atomically: its path holds the old or the new content whatever happens. Equal contents give equal bytes.</summary>
    /// <param name="path">The file to create or to replace, in an existing folder.</param>
    /// <exception cref="ArgumentException">A tensor is named <c>__metadata__</c>, or the header passes 100,000,000 bytes.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    internal static SafetensorsFile Read(Stream stream, string path)
    {
        long length = stream.Length;
        byte[] prefix = new byte[Math.Min(8, length)];
        stream.ReadExactly(prefix);
        if (length < 8)
        {
            throw new CheckpointFormatException(path, $"expected the 8 bytes of a safetensors header length, found {length} bytes.");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.MaximumLength || (long)headerLength > length - 8)
        {
            PyTorchPickle.Refuse(prefix, path);
            throw new CheckpointFormatException(path,
                $"expected a safetensors header of at most {Math.Min(SafetensorsHeader.MaximumLength, length - 8)} bytes, found {headerLength} declared.");
        }

        byte[] header = new byte[(int)headerLength];
        stream.ReadExactly(header);
        (SafetensorsEntry[] entries, Dictionary<string, string> metadata) = SafetensorsHeaderReader.Read(path, header, length - 8 - header.Length);
        Dictionary<string, SafetensorsTensor> tensors = new(entries.Length, StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in entries)
        {
            tensors.Add(entry.Name, ReadTensor(stream, path, entry));
        }

        return new SafetensorsFile(tensors, metadata);
    }

    internal void WriteTo(Stream stream)
    {
        KeyValuePair<string, SafetensorsTensor>[] ordered = SafetensorsHeader.Order(Tensors);
        stream.Write(SafetensorsHeader.Build(ordered, Metadata));
        foreach ((_, SafetensorsTensor tensor) in ordered)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    private static SafetensorsTensor ReadTensor(Stream stream, string path, SafetensorsEntry entry)
    {
        long bytes = entry.End - entry.Begin;
        if (bytes > Array.MaxLength)
        {
            throw new CheckpointFormatException(path,
                $"tensor {SafetensorsHeader.Quote(entry.Name)}: expected at most {Array.MaxLength} bytes, found {bytes}.");
        }

        byte[] data = new byte[bytes];
        stream.ReadExactly(data);
        int invalid = SafetensorsElements.IndexOfInvalid(entry.Type, data);
        return invalid < 0
            ? new SafetensorsTensor(entry.Type, entry.Shape, data)
            : throw new CheckpointFormatException(path,
                $"tensor {SafetensorsHeader.Quote(entry.Name)}: expected 0 or 1 in every BOOL element, found {data[invalid]} at {invalid}.");
    }
}
