namespace MnistCnn.Data;

/// <summary>Reads <c>.npz</c>, NumPy's zip archive of named arrays, one array at a time and without unpacking anything to the disk.</summary>
/// <remarks>
/// Compressed or not. Each array is checked like an <c>.npy</c> file, and the CRC of its member as well. Arrays may be read from several threads; dispose it
/// when no read is under way. Source of the format: NumPy's documentation of <c>numpy.savez</c>.
/// </remarks>
public sealed class NpzReader : IDisposable
{
    private const string Suffix = ".npy";

    private readonly ZipArchive archive;
    private readonly NpyReaderOptions options;

    private NpzReader(ZipArchive archive, NpyReaderOptions? options) => (this.archive, this.options) = (archive, options ?? NpyReaderOptions.Default);

    /// <summary>The names of the arrays, without <c>.npy</c>, in the order of the archive.</summary>
    public IReadOnlyList<string> Names => [.. archive.Names.Select(name => name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name)];

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, which stays open until this is disposed.</param>
    /// <param name="options">Limits for each array; null for the defaults.</param>
    /// <exception cref="ZipFormatException">The file is no zip archive, or a damaged or unsafe one.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static NpzReader Open(string path, NpyReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NpzReader(ZipArchive.Open(path), options);
    }

    /// <summary>Opens a stream that can seek, from its first byte to its last.</summary>
    /// <param name="stream">The archive; it stays the caller's and must stay open.</param>
    /// <param name="name">What messages call the stream.</param>
    /// <param name="options">Limits for each array; null for the defaults.</param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="ZipFormatException">It is no zip archive, or a damaged or unsafe one.</exception>
    public static NpzReader FromStream(Stream stream, string name, NpyReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new NpzReader(new ZipArchive(stream, name, leaveOpen: true), options);
    }

    /// <summary>Reads an array.</summary>
    /// <typeparam name="T">The element type the array must have: byte, sbyte, short, int, long, float, double or bool.</typeparam>
    /// <param name="name">Its name, with or without <c>.npy</c>.</param>
    /// <exception cref="NpyFormatException">The array has another element type, holds Python objects, is damaged or larger than the limit.</exception>
    /// <exception cref="ZipFormatException">There is no such array (the message lists those that are there), or its member is damaged or encrypted.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public NpyArray<T> Read<T>(string name)
        where T : unmanaged
    {
        using ZipMemberStream member = OpenMember(name, out NpyInput input);
        return NpyReader.Read<T>(input, options);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => archive.Dispose();

    internal ZipMemberStream OpenMember(string name, out NpyInput input)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string memberName = name.EndsWith(Suffix, StringComparison.Ordinal) ? name : name + Suffix;
        ZipMemberStream member = archive.OpenMember(memberName);
        input = new NpyInput(member, archive.Path, memberName);
        return member;
    }
}
