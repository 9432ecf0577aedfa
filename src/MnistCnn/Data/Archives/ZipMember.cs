namespace MnistCnn.Data;

/// <summary>One entry of a zip archive's central directory.</summary>
/// <param name="Name">The checked name, with '/' between folders.</param>
/// <param name="Flags">The general purpose bits; bit 0 says encrypted, bit 3 that sizes follow the data.</param>
/// <param name="Method">0 stored, 8 deflate.</param>
/// <param name="Crc">The CRC-32 of the content.</param>
/// <param name="CompressedSize">Bytes in the archive.</param>
/// <param name="Size">Bytes of the content.</param>
/// <param name="HeaderOffset">Where the local header begins.</param>
internal sealed record ZipMember(string Name, int Flags, int Method, uint Crc, long CompressedSize, long Size, long HeaderOffset)
{
    public const int Stored = 0;
    public const int Deflated = 8;

    // Deflate's own limit: 258 bytes from at least 2 bits.
    private const long LargestExpansion = 1032;

    public bool IsEncrypted => (Flags & 0x2041) != 0;

    public bool HasDescriptor => (Flags & 8) != 0;

    /// <summary>Refuses what cannot be read, before anything is allocated for it.</summary>
    /// <exception cref="ZipFormatException">The member is encrypted, compressed by another method, or declares an impossible size.</exception>
    public void ThrowIfUnreadable(string path)
    {
        if (IsEncrypted)
        {
            throw new ZipFormatException(path, Name, "a member without encryption", "an encrypted one");
        }

        if (Method is not (Stored or Deflated))
        {
            throw new ZipFormatException(path, Name, "compression method 0 (stored) or 8 (deflate)", FormattableString.Invariant($"method {Method}"));
        }

        if (Method == Stored && CompressedSize != Size)
        {
            throw new ZipFormatException(path, Name, FormattableString.Invariant($"a stored member of {Size} bytes"),
                FormattableString.Invariant($"{CompressedSize} bytes"));
        }

        if (Size / LargestExpansion > CompressedSize)
        {
            throw new ZipFormatException(
                path, Name, FormattableString.Invariant($"at most {LargestExpansion} bytes of content for each of {CompressedSize} compressed bytes"),
                FormattableString.Invariant($"a declared size of {Size} bytes"));
        }
    }
}
