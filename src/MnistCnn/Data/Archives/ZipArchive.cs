using System.Buffers.Binary;

namespace MnistCnn.Data;

/// <summary>Reads the members of a zip archive one by one, without unpacking anything to the disk.</summary>
/// <remarks>
/// <para>Stored and deflated members, zip64 included. Opening reads the central directory only. Refused: encrypted members, other methods, repeated names, and
/// names that are absolute or hold '..'.</para>
/// <para>Members may be read from several threads. Source of the format: PKWARE APPNOTE 6.3.10.</para>
/// </remarks>
internal sealed class ZipArchive : IDisposable
{
    private const uint LocalSignature = 0x04034B50;
    private const int LocalLength = 30;

    private readonly Stream stream;
    private readonly bool leaveOpen;
    private readonly Dictionary<string, ZipMember> members;
    private readonly long directoryOffset;

    /// <summary>Opens a seekable stream from its first byte to its last.</summary>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="ZipFormatException">It is no zip archive, or a damaged or unsafe one.</exception>
    public ZipArchive(Stream stream, string name, bool leaveOpen)
    {
        if (!stream.CanSeek)
        {
            throw new ArgumentException($"'{name}': expected a stream that can seek, since a zip archive is read from its end, found one that cannot.",
                nameof(stream));
        }

        (this.stream, Path, this.leaveOpen) = (stream, name, leaveOpen);
        (members, directoryOffset) = ZipDirectory.Read(stream, name);
    }

    /// <summary>The path of the archive, or the name of the stream.</summary>
    public string Path { get; }

    /// <summary>The names of the members that are files, in the order of the directory.</summary>
    public IEnumerable<string> Names => members.Keys.Where(name => !name.EndsWith('/'));

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="ZipFormatException">It is no zip archive, or a damaged or unsafe one.</exception>
    public static ZipArchive Open(string path)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new ZipArchive(file, path, leaveOpen: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The content of a member, which is checked when its end is reached.</summary>
    /// <exception cref="ZipFormatException">There is no such member, or it is encrypted, compressed by an unknown method or damaged.</exception>
    public ZipMemberStream OpenMember(string name)
    {
        if (!members.TryGetValue(name, out ZipMember? member))
        {
            throw new ZipFormatException(Path, ZipName.Printable(name), "a member of this name", Listing());
        }

        member.ThrowIfUnreadable(Path);
        long start = DataOffset(member);
        return new ZipMemberStream(Path, member, new StreamWindow(stream, start, member.CompressedSize));
    }

    public void Dispose()
    {
        if (!leaveOpen)
        {
            stream.Dispose();
        }
    }

    private string Listing()
    {
        const int Shown = 8;
        string[] names = [.. Names.Take(Shown + 1)];
        return names.Length == 0 ? "an archive without files" : $"{string.Join(", ", names.Take(Shown))}{(names.Length > Shown ? ", …" : "")}";
    }

    private long DataOffset(ZipMember member)
    {
        Span<byte> header = stackalloc byte[LocalLength];
        if (member.HeaderOffset > directoryOffset - LocalLength)
        {
            throw Fault(member, FormattableString.Invariant($"a header before byte {directoryOffset}"),
                FormattableString.Invariant($"one at byte {member.HeaderOffset}"));
        }

        lock (stream)
        {
            stream.Position = member.HeaderOffset;
            stream.ReadExactly(header);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
        {
            throw Fault(member, FormattableString.Invariant($"a member's header at byte {member.HeaderOffset}"), "other data");
        }

        CompareWithDirectory(member, header);
        long start = member.HeaderOffset + LocalLength + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(
            header[28..]);
        return start <= directoryOffset && member.CompressedSize <= directoryOffset - start
            ? start
            : throw Fault(member, FormattableString.Invariant($"data that ends before byte {directoryOffset}"),
                FormattableString.Invariant($"{member.CompressedSize} bytes from byte {start}"));
    }

    private void CompareWithDirectory(ZipMember member, ReadOnlySpan<byte> header)
    {
        int method = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (method != member.Method)
        {
            throw Fault(member, FormattableString.Invariant($"method {member.Method}, as in the central directory"),
                FormattableString.Invariant($"method {method} in the member's header"));
        }

        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]);
        if (!member.HasDescriptor && crc != member.Crc)
        {
            throw Fault(member, FormattableString.Invariant($"the CRC 0x{member.Crc:X8}, as in the central directory"),
                FormattableString.Invariant($"0x{crc:X8} in the member's header"));
        }
    }

    private ZipFormatException Fault(ZipMember member, string expected, string found) => new(Path, member.Name, expected, found);
}
