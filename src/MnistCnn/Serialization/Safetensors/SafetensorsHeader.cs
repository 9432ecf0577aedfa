using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MnistCnn.Serialization;

/// <summary>
/// The header of a safetensors file: 8 bytes of length N (unsigned, little-endian), then N bytes of JSON, padded with spaces so that the data starts at a
/// multiple of 8. Format: https://github.com/huggingface/safetensors#format.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The most bytes of JSON that the format allows.</summary>
    public const int MaximumLength = 100_000_000;

    /// <summary>The most dimensions of a tensor, as libtorch has it.</summary>
    public const int MaximumRank = 64;

    public const string MetadataKey = "__metadata__";

    /// <summary>The bytes of a tensor, or −1 where a dimension is negative or the product passes 2^63 − 1.</summary>
    public static long ByteCount(SafetensorsType type, IReadOnlyList<long> shape)
    {
        UInt128 bytes = (UInt128)SafetensorsElements.Size(type);
        foreach (long dimension in shape)
        {
            bytes = dimension < 0 ? UInt128.MaxValue : bytes * (UInt128)dimension;
            if (bytes > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)bytes;
    }

    public static string Describe(SafetensorsType type, IEnumerable<long> shape) => $"{SafetensorsElements.Name(type)} [{string.Join(",", shape)}]";

    /// <summary>Names come from files: a message shows them shortened and without control characters.</summary>
    public static string Quote(string name)
    {
        string shown = name.Length > 80 ? string.Concat(name.AsSpan(0, 80), "…") : name;
        return $"'{string.Concat(shown.Select(c => char.IsControl(c) ? '\uFFFD' : c))}'";
    }

    /// <summary>Orders tensors as the reference implementation does, widest elements first and then by name, so that every tensor is aligned.</summary>
    public static KeyValuePair<string, SafetensorsTensor>[] Order(IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        KeyValuePair<string, SafetensorsTensor>[] ordered = [.. tensors];
        Array.Sort(ordered, (a, b) => SafetensorsElements.Size(b.Value.Type).CompareTo(SafetensorsElements.Size(a.Value.Type)) is var bySize and not 0
            ? bySize
            : string.CompareOrdinal(a.Key, b.Key));
        return ordered;
    }

    /// <summary>The header, its 8 bytes of length included. Equal contents give equal bytes.</summary>
    public static byte[] Build(IReadOnlyList<KeyValuePair<string, SafetensorsTensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(stackalloc byte[8]);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                WriteMetadata(json, metadata);
            }

            long offset = 0;
            foreach ((string name, SafetensorsTensor tensor) in tensors)
            {
                WriteEntry(json, name, tensor, offset);
                offset += tensor.Data.Length;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & 7;
        buffer.Write("        "u8[..padding]);
        byte[] header = buffer.WrittenSpan.ToArray();
        if (header.Length - 8 > MaximumLength)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Expected a header of at most {MaximumLength} bytes, found {header.Length - 8}."), nameof(tensors));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - 8));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, SafetensorsTensor tensor, long offset)
    {
        if (name == MetadataKey)
        {
            throw new ArgumentException($"Expected another name for a tensor than '{MetadataKey}', which the format reserves.", nameof(name));
        }

        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsElements.Name(tensor.Type));
        json.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Data.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
