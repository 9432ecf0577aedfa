using System.Buffers;
using System.Security.Cryptography;

namespace MnistCnn.Data;

/// <summary>A file of a published data set, and how to recognise it.</summary>
public sealed record MnistFile
{
    // What no system's file names may contain, Windows' included.
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:*?\"<>|");

    private readonly string? md5;

    /// <summary>Describes a file.</summary>
    /// <param name="name">Its name on the mirrors and in the folder: a plain file name.</param>
    /// <param name="size">Its exact length in bytes, or null if that is unknown.</param>
    /// <param name="sha256">Its SHA-256 as 64 hexadecimal digits, or null if that is unknown.</param>
    /// <exception cref="ArgumentException">The name is empty or leads to another folder, or the hash is no SHA-256.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public MnistFile(string name, long? size = null, string? sha256 = null)
    {
        Name = PlainName(name, nameof(name));
        if (size is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(size));
        }

        if (sha256 is not null && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit)))
        {
            throw new ArgumentException($"Expected a SHA-256 of 64 hexadecimal digits, found '{sha256}'.", nameof(sha256));
        }

        Size = size;
        Sha256 = sha256?.ToUpperInvariant();
    }

    /// <summary>The name on the mirrors and in the folder.</summary>
    public string Name { get; }

    /// <summary>The exact length in bytes; null if it is unknown.</summary>
    public long? Size { get; }

    /// <summary>The SHA-256 as 64 upper-case hexadecimal digits; null if it is unknown.</summary>
    public string? Sha256 { get; }

    /// <summary>
    /// The MD5 as 32 upper-case hexadecimal digits, for files of which no better hash is published; null, the default, if it is unknown. It finds damage, not
    /// forgery.
    /// </summary>
    /// <exception cref="ArgumentException">The value is no MD5.</exception>
    public string? Md5
    {
        get => md5;
        init
        {
            if (value is not null && (value.Length != 32 || !value.All(char.IsAsciiHexDigit)))
            {
                throw new ArgumentException($"Expected an MD5 of 32 hexadecimal digits, found '{value}'.", nameof(Md5));
            }

            md5 = value?.ToUpperInvariant();
        }
    }

    /// <summary>The best hash that is known, and how it is made.</summary>
    internal (HashAlgorithmName Algorithm, string? Value) Hash => Sha256 is null && Md5 is not null ? (HashAlgorithmName.MD5, Md5)
        : (HashAlgorithmName.SHA256, Sha256);

    internal static string PlainName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name.AsSpan().IndexOfAny(Separators) >= 0 || name.Any(char.IsControl) || name.Trim('.', ' ').Length == 0
            || name.Contains("..", StringComparison.Ordinal))
        {
            throw new ArgumentException($"Expected a plain file name, found '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'.", parameter);
        }

        return name;
    }
}
