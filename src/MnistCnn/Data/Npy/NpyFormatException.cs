using System.Globalization;

namespace MnistCnn.Data;

/// <summary>
/// A NumPy file (<c>.npy</c>, or a member of an <c>.npz</c>) is not what it must be: no array, of another type or shape, damaged, truncated or too large.
/// </summary>
/// <remarks>The message names the file, the member, the place, what was expected and what was found.</remarks>
public sealed class NpyFormatException : IOException
{
    internal NpyFormatException(string path, string? member, long offset, string expected, string found)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"'{path}'{(member is null ? "" : $", member '{member}'")}, byte {offset}: expected {expected}, found {found}."))
    {
        Path = path;
        Member = member;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The path of the file, or the name of the stream.</summary>
    public string Path { get; }

    /// <summary>The name of the member in an <c>.npz</c>; null for a plain <c>.npy</c>.</summary>
    public string? Member { get; }

    /// <summary>Where the fault was noticed, in bytes from the start of the <c>.npy</c> data.</summary>
    public long Offset { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Found { get; }
}
