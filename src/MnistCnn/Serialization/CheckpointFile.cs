using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MnistCnn.Serialization;

/// <summary>
/// The container of a training checkpoint: named tensors and named strings, a format version and a SHA-256 over every byte. It is a valid safetensors file, so
/// that other programs can look into it; the digest is the first entry of its metadata, at a fixed place, computed with its own 64 digits as '0'. Immutable.
/// </summary>
internal sealed class CheckpointFile
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int FormatVersion = 1;

    private const string DigestKey = "!sha256";
    private const string VersionKey = "!version";
    private const int DigestLength = 64;

    private readonly string? path;

    public CheckpointFile(IReadOnlyDictionary<string, SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> values)
        : this(tensors, values, path: null)
    {
    }

    private CheckpointFile(IReadOnlyDictionary<string, SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> values, string? path)
    {
        Tensors = tensors;
        Values = values;
        this.path = path;
    }

    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>Strings by name. Names that start with '!' are the container's own.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    private static ReadOnlySpan<byte> Start => "{\"__metadata__\":{\"!sha256\":\""u8;

    private static int DigestOffset => 8 + Start.Length;

    /// <summary>Whether a safetensors file is a checkpoint, damaged or not.</summary>
    public static bool Is(SafetensorsFile file) => file.Metadata.ContainsKey(DigestKey);

    /// <summary>Reads and verifies a checkpoint.</summary>
    /// <exception cref="CheckpointFormatException">Not a checkpoint, a newer format, or a single bit differs from what was written.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CheckpointFile Load(string path)
    {
        if (Directory.Exists(path))
        {
            throw new CheckpointFormatException(path, "expected a file, found a folder.");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Read(stream, path);
    }

    public static CheckpointFile Read(Stream stream, string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(stream, path);
        if (!file.Metadata.TryGetValue(DigestKey, out string? digest) || !file.Metadata.TryGetValue(VersionKey, out string? version))
        {
            throw new CheckpointFormatException(
                path, "expected a training checkpoint, found a safetensors file without the digest and version of one: weights alone are a start for "
                + "TrainerOptions.InitialWeights.");
        }

        if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > FormatVersion)
        {
            throw new CheckpointFormatException(path,
                $"expected checkpoint format {FormatVersion} or older, found the newer format {number}: update the library to read it.");
        }

        string actual = Digest(stream, path);
        if (digest != actual)
        {
            throw new CheckpointFormatException(path, $"expected SHA-256 {SafetensorsHeader.Quote(digest)}, found {actual}: the file is damaged.");
        }

        if (version != FormatVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw new CheckpointFormatException(path, $"expected checkpoint format {FormatVersion}, found {SafetensorsHeader.Quote(version)}.");
        }

        Dictionary<string, string> values = file.Metadata.Where(pair => pair.Key is not (DigestKey or VersionKey)).ToDictionary(StringComparer.Ordinal);
        return new CheckpointFile(file.Tensors, values, path);
    }

    /// <summary>Writes the checkpoint atomically; its path holds the old or the new one whatever happens. Equal contents give equal bytes.</summary>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    public void WriteTo(Stream stream)
    {
        if (Values.Keys.FirstOrDefault(key => key.StartsWith('!')) is { } reserved)
        {
            throw new ArgumentException($"Expected names of values without a leading '!', found '{reserved}'.", nameof(stream));
        }

        Dictionary<string, string> metadata = new(Values, StringComparer.Ordinal)
        {
            [DigestKey] = new string('0', DigestLength),
            [VersionKey] = FormatVersion.ToString(CultureInfo.InvariantCulture),
        };
        KeyValuePair<string, SafetensorsTensor>[] ordered = SafetensorsHeader.Order(Tensors);
        byte[] header = SafetensorsHeader.Build(ordered, metadata);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        foreach ((_, SafetensorsTensor tensor) in ordered)
        {
            hash.AppendData(tensor.Data.Span);
        }

        Encoding.ASCII.GetBytes(Hexadecimal(hash), header.AsSpan(DigestOffset, DigestLength));
        stream.Write(header);
        foreach ((_, SafetensorsTensor tensor) in ordered)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    /// <summary>A value that must be there.</summary>
    /// <exception cref="CheckpointFormatException">It is missing.</exception>
    public string Require(string key) => Values.TryGetValue(key, out string? value) ? value : throw Problem($"expected a value '{key}', found none.");

    /// <summary>A value that must be there and be an integer, written with the invariant culture.</summary>
    /// <exception cref="CheckpointFormatException">It is missing or something else.</exception>
    public long RequireInt64(string key) => long.TryParse(Require(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw Problem($"value '{key}': expected an integer, found {SafetensorsHeader.Quote(Require(key))}.");

    /// <summary>A value that must be there and be a number, written with the invariant culture.</summary>
    /// <exception cref="CheckpointFormatException">It is missing or something else.</exception>
    public double RequireDouble(string key) => double.TryParse(Require(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        ? value
        : throw Problem($"value '{key}': expected a number, found {SafetensorsHeader.Quote(Require(key))}.");

    /// <summary>Checks a value that must agree with the running program, such as the optimizer's name.</summary>
    /// <exception cref="CheckpointFormatException">It is missing or another.</exception>
    public void RequireEqual(string key, string expected)
    {
        if (Require(key) is var found && found != expected)
        {
            throw Problem($"{key}: expected {SafetensorsHeader.Quote(expected)}, found {SafetensorsHeader.Quote(found)}.");
        }
    }

    /// <summary>The tensors whose names start with <paramref name="prefix"/>, without it.</summary>
    public Dictionary<string, SafetensorsTensor> TensorsOf(string prefix) => Tensors
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value, StringComparer.Ordinal);

    /// <summary>An exception that names this file.</summary>
    public CheckpointFormatException Problem(string problem) => new(path ?? "(unsaved checkpoint)", problem);

    private static string Digest(Stream stream, string path)
    {
        byte[] buffer = new byte[1 << 16];
        stream.Position = 0;
        int length = stream.ReadAtLeast(buffer, DigestOffset + DigestLength, throwOnEndOfStream: false);
        if (length < DigestOffset + DigestLength || !buffer.AsSpan(8).StartsWith(Start))
        {
            throw new CheckpointFormatException(path,
                $"expected a header that starts with {Encoding.ASCII.GetString(Start)}, found another: the file is damaged or not a checkpoint.");
        }

        buffer.AsSpan(DigestOffset, DigestLength).Fill((byte)'0');
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (; length > 0; length = stream.Read(buffer))
        {
            hash.AppendData(buffer, 0, length);
        }

        return Hexadecimal(hash);
    }

    private static string Hexadecimal(IncrementalHash hash) => Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
}
