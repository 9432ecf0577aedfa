using System.Text.Json;
using System.Text.Unicode;

namespace MnistCnn.Serialization;

/// <summary>Reads the JSON of a safetensors header and checks every rule of the format before anything is allocated for a tensor.</summary>
internal ref struct SafetensorsHeaderReader
{
    private readonly string path;
    private readonly long dataLength;
    private Utf8JsonReader json;

    private SafetensorsHeaderReader(string path, ReadOnlySpan<byte> header, long dataLength)
    {
        this.path = path;
        this.dataLength = dataLength;
        json = new Utf8JsonReader(header);
    }

    /// <summary>Parses and checks a header.</summary>
    /// <returns>The tensors in the order of their data, which they cover without a gap, and the metadata.</returns>
    public static (SafetensorsEntry[] Entries, Dictionary<string, string> Metadata) Read(string path, ReadOnlySpan<byte> header, long dataLength)
    {
        if (header.IsEmpty || header[0] != (byte)'{')
        {
            throw new CheckpointFormatException(path, header.IsEmpty ? "expected a JSON header, found an empty one."
                : $"expected a header that starts with '{{', found byte 0x{header[0]:X2}.");
        }

        if (!Utf8.IsValid(header))
        {
            throw new CheckpointFormatException(path, "expected a header in UTF-8, found other bytes.");
        }

        try
        {
            return new SafetensorsHeaderReader(path, header, dataLength).Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointFormatException(path, $"expected a JSON header as safetensors has it: {e.Message}", e);
        }
    }

    private (SafetensorsEntry[] Entries, Dictionary<string, string> Metadata) Read()
    {
        Dictionary<string, SafetensorsEntry> entries = new(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        json.Read();
        while (NextProperty("the header") is { } name)
        {
            if (name == SafetensorsHeader.MetadataKey)
            {
                metadata = metadata is null ? ReadMetadata() : throw Problem($"expected each name once, found {SafetensorsHeader.MetadataKey} twice.");
            }
            else if (!entries.TryAdd(name, ReadEntry(name)))
            {
                throw Problem($"expected each name once, found tensor {SafetensorsHeader.Quote(name)} twice.");
            }
        }

        json.Read();
        SafetensorsEntry[] ordered = [.. entries.Values];
        Array.Sort(ordered, (a, b) => a.Begin.CompareTo(b.Begin) is var byBegin and not 0 ? byBegin : a.End.CompareTo(b.End));
        CheckCoverage(ordered);
        return (ordered, metadata ?? new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private readonly void CheckCoverage(SafetensorsEntry[] ordered)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in ordered)
        {
            if (entry.Begin != end)
            {
                throw Problem($"tensor {SafetensorsHeader.Quote(entry.Name)}: expected data from byte {end} (no {(entry.Begin > end ? "gap" : "overlap")}), "
                    + $"found byte {entry.Begin}.");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw Problem($"expected {end} bytes of data after the header, found {dataLength}.");
        }
    }

    private Dictionary<string, string> ReadMetadata()
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey);
        while (NextProperty(SafetensorsHeader.MetadataKey) is { } key)
        {
            Expect(JsonTokenType.String, $"{SafetensorsHeader.MetadataKey}.{SafetensorsHeader.Quote(key)}");
            if (!metadata.TryAdd(key, json.GetString()!))
            {
                throw Problem($"expected each name once, found {SafetensorsHeader.Quote(key)} twice in {SafetensorsHeader.MetadataKey}.");
            }
        }

        return metadata;
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        string where = $"tensor {SafetensorsHeader.Quote(name)}";
        SafetensorsType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(JsonTokenType.StartObject, where);
        while (NextProperty(where) is { } property)
        {
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(JsonTokenType.String, $"{where}, dtype");
                    string dtype = json.GetString()!;
                    type = SafetensorsElements.Parse(dtype) ?? throw Problem(
                        $"{where}: expected dtype F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL, found {SafetensorsHeader.Quote(dtype)}.");
                    break;
                case "shape" when shape is null:
                    shape = ReadIntegers($"{where}, shape", SafetensorsHeader.MaximumRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadIntegers($"{where}, data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Problem($"{where}: expected each name once, found {property} twice.");
                default:
                    throw Problem($"{where}: expected dtype, shape and data_offsets, found {SafetensorsHeader.Quote(property)}.");
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
        {
            throw Problem($"{where}: expected dtype, shape and two data_offsets, found "
                + $"{(type is null ? "no dtype" : shape is null ? "no shape" : $"{offsets?.Length ?? 0} data_offsets")}.");
        }

        return Check(where, new SafetensorsEntry(name, type.Value, shape, offsets[0], offsets[1]));
    }

    private readonly SafetensorsEntry Check(string where, SafetensorsEntry entry)
    {
        long bytes = SafetensorsHeader.ByteCount(entry.Type, entry.Shape);
        string described = SafetensorsHeader.Describe(entry.Type, entry.Shape);
        if (bytes < 0)
        {
            throw Problem($"{where}: expected fewer than 2^63 bytes, found {described}.");
        }

        if (entry.End > dataLength || entry.Begin > entry.End || entry.End - entry.Begin != bytes)
        {
            throw Problem($"{where}: expected {bytes} bytes for {described} within the {dataLength} bytes of data, found data_offsets "
                + $"[{entry.Begin},{entry.End}].");
        }

        return entry;
    }

    private long[] ReadIntegers(string where, int maximumCount)
    {
        List<long> values = [];
        Expect(JsonTokenType.StartArray, where);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long value) || value < 0)
            {
                throw Problem($"{where}: expected integers from 0 to 2^63 - 1, found {Found()}.");
            }

            if (values.Count == maximumCount)
            {
                throw Problem($"{where}: expected at most {maximumCount} integers, found more.");
            }

            values.Add(value);
        }

        return [.. values];
    }

    private string? NextProperty(string where)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.PropertyName => json.GetString(),
            JsonTokenType.EndObject => null,
            _ => throw Problem($"{where}: expected a name, found {Found()}."),
        };
    }

    private void Expect(JsonTokenType type, string where)
    {
        json.Read();
        if (json.TokenType != type)
        {
            throw Problem($"{where}: expected {type}, found {Found()}.");
        }
    }

    private readonly string Found() => json.TokenType is JsonTokenType.Number && json.ValueSpan.Length <= 40
        ? System.Text.Encoding.UTF8.GetString(json.ValueSpan)
        : json.TokenType.ToString();

    private readonly CheckpointFormatException Problem(string problem) => new(path, problem);
}
