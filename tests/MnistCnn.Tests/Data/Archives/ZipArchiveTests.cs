using System.IO.Compression;
using MnistCnn.Data;
using ZipArchive = MnistCnn.Data.ZipArchive;

namespace MnistCnn.Tests.Data;

public sealed class ZipArchiveTests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * i / 700))];
    private static readonly byte[] Valid = Zip.Of(("folder/a.bin", Text), ("b.bin", [1, 2, 3]));
    private static readonly byte[] Stored = Zip.Of(CompressionLevel.NoCompression, ("s.bin", Text));

    public static TheoryData<string, byte[], string> Faults => new()
    {
        { "an empty file", [], "expected a zip archive, which ends in the record of its central directory, found none at the end of 0 bytes" },
        { "no central directory", Valid[..200],
            "expected a zip archive, which ends in the record of its central directory, found none at the end of 200 bytes" },
        { "a wrong CRC", Zip.WithField(Zip.WithShort(Valid, Zip.Flags, 6, 8), Zip.Crc, 0x12345678),
            "member 'folder/a.bin': expected content with the CRC 0x12345678, found 0x" },
        { "a CRC that the member's header does not have", Zip.WithField(Zip.WithShort(Valid, Zip.Flags, 6, 0), Zip.Crc, 1),
            "member 'folder/a.bin': expected the CRC 0x00000001, as in the central directory, found 0x" },
        { "a size too small", Zip.WithField(Valid, Zip.Size, 19_999),
            "member 'folder/a.bin': expected 19999 bytes of content, as declared, found at least one byte more" },
        { "a size too large", Zip.WithField(Valid, Zip.Size, 20_001),
            "member 'folder/a.bin': expected 20001 bytes of content, as declared, found the end after 20000" },
        { "a compressed size too large", Zip.WithField(Valid, Zip.CompressedSize, 60_000), "member 'folder/a.bin': expected data that ends before byte" },
        { "a stored member of two sizes", Zip.WithField(Stored, Zip.Size, 9), "member 's.bin': expected a stored member of 9 bytes, found 20000 bytes" },
        { "a size of 2^32 - 2 bytes", Zip.WithField(Valid, Zip.Size, uint.MaxValue - 1),
            "member 'folder/a.bin': expected at most 1032 bytes of content for each of" },
        { "a size of 2^40 bytes", Zip.WithSize(Zip.Of(("huge.bin", Text)), 1L << 40),
            "member 'huge.bin': expected at most 1032 bytes of content for each of" },
        { "an encrypted member", Zip.WithShort(Valid, Zip.Flags, 6, 1), "member 'folder/a.bin': expected a member without encryption, found an encrypted one" },
        { "an unknown method", Zip.WithShort(Valid, Zip.Method, 8, 14),
            "member 'folder/a.bin': expected compression method 0 (stored) or 8 (deflate), found method 14" },
        { "another method in the member's header", Idx.Flip(Valid, 8, 8),
            "member 'folder/a.bin': expected method 8, as in the central directory, found method 0 in the member's header" },
        { "a header elsewhere", Zip.WithField(Valid, Zip.HeaderOffset, 3), "member 'folder/a.bin': expected a member's header at byte 3, found other data" },
        { "a header behind the directory", Zip.WithField(Valid, Zip.HeaderOffset, 1 << 30), "member 'folder/a.bin': expected a header before byte" },
        { "two members of one name", Zip.Of(("a", [1]), ("a", [2])), "member 'a': expected one member of this name, found a second one" },
        { "a name that leads upwards", Zip.Of(("x/../../etc/passwd", [1])),
            "member 'x/../../etc/passwd': expected the name of a member, relative and without '..', found a name with '..'" },
        { "a name that leads upwards on Windows", Zip.Of(("x\\..\\y", [1])), "found a name with '..'" },
        { "an absolute name", Zip.Of(("/abs", [1])), "member '/abs': expected the name of a member, relative and without '..', found an absolute name" },
        { "a name with a drive", Zip.Of(("C:\\x", [1])), "found an absolute name" },
        { "a name with NUL", Zip.Of(("a\0b", [1])),
            "member 'a?b': expected the name of a member, relative and without '..', found a name with a control character" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bad_archive_is_refused_with_path_member_and_numbers(string what, byte[] content, string message)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.zip"], content);

        ZipFormatException exception = Assert.Throws<ZipFormatException>(() => ReadAll(folder["a.zip"]));

        Assert.False(string.IsNullOrEmpty(what));
        Assert.Equal(folder["a.zip"], exception.Path);
        Assert.StartsWith($"'{folder["a.zip"]}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_are_read_stored_and_deflated_in_any_order_and_interleaved()
    {
        using ZipArchive zip = new(new MemoryStream(Valid), "v.zip", leaveOpen: false);
        using ZipArchive stored = new(new MemoryStream(Stored), "s.zip", leaveOpen: false);

        Assert.Equal(["folder/a.bin", "b.bin"], zip.Names);
        using Stream a = zip.OpenMember("folder/a.bin");
        Assert.Equal(Text[0], a.ReadByte());
        Assert.Equal([1, 2, 3], Content(zip.OpenMember("b.bin")));
        Assert.Equal(Text[1..], Content(a));
        Assert.Equal(Text, Content(stored.OpenMember("s.bin")));
        Assert.Equal(20_000, zip.OpenMember("folder/a.bin").Length);
    }

    [Fact]
    public void A_missing_member_is_named_with_those_that_are_there()
    {
        using ZipArchive zip = new(new MemoryStream(Valid), "v.zip", leaveOpen: false);
        ZipFormatException exception = Assert.Throws<ZipFormatException>(() => zip.OpenMember("c.bin"));
        Assert.Equal("'v.zip', member 'c.bin': expected a member of this name, found folder/a.bin, b.bin.", exception.Message);
    }

    [Fact]
    public void An_archive_cut_at_any_offset_is_refused()
    {
        byte[] small = Zip.Of(("a.bin", Text[..200]), ("b.bin", [1]));
        for (int length = 0; length < small.Length; length++)
        {
            Assert.Throws<ZipFormatException>(() => ReadAll(new MemoryStream(small[..length])));
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_data_of_a_member_is_refused()
    {
        byte[] small = Zip.Of(CompressionLevel.NoCompression, ("a.bin", Text[..300]));
        int start = small.AsSpan().IndexOf(Text.AsSpan(0, 300));
        for (int i = start; i < start + 300; i++)
        {
            Assert.Throws<ZipFormatException>(() => ReadAll(new MemoryStream(Idx.Flip(small, i, (byte)(1 << (i % 8))))));
        }
    }

    [Fact]
    public void A_hundred_thousand_empty_members_are_listed_with_memory_in_proportion()
    {
        byte[] many = Zip.Of(Enumerable.Range(0, 100_000).Select(i => ($"m{i}", Array.Empty<byte>())));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using ZipArchive zip = new(new MemoryStream(many), "many.zip", leaveOpen: false);
        Assert.Equal(100_000, zip.Names.Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10L * many.Length);
    }

    [Fact]
    public void A_bomb_gives_no_more_than_it_declares_and_an_archive_in_an_archive_stays_bytes()
    {
        byte[] bomb = Zip.WithField(Zip.Of(("bomb", new byte[20 << 20])), Zip.Size, 1000);
        using ZipArchive zip = new(new MemoryStream(bomb), "bomb.zip", leaveOpen: false);
        byte[] buffer = new byte[4096];
        using Stream member = zip.OpenMember("bomb");
        Assert.Equal(1000, member.ReadAtLeast(buffer, 1000, throwOnEndOfStream: false));
        Assert.Contains("found at least one byte more", Assert.Throws<ZipFormatException>(() => member.Read(buffer)).Message, StringComparison.Ordinal);

        byte[] nested = Zip.Of(("2.zip", Zip.Of(("1.zip", Zip.Of(("0.zip", bomb))))));
        using ZipArchive outer = new(new MemoryStream(nested), "3.zip", leaveOpen: false);
        Assert.Equal(["2.zip"], outer.Names);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_an_argument_error() =>
        Assert.Throws<ArgumentException>(() => new ZipArchive(new PipeStream(Valid), "pipe", leaveOpen: true));

    private static void ReadAll(string path)
    {
        using ZipArchive zip = ZipArchive.Open(path);
        ReadAll(zip);
    }

    private static void ReadAll(Stream stream)
    {
        using ZipArchive zip = new(stream, "cut.zip", leaveOpen: false);
        ReadAll(zip);
    }

    private static void ReadAll(ZipArchive zip)
    {
        foreach (string name in zip.Names)
        {
            _ = Content(zip.OpenMember(name));
        }
    }

    private static byte[] Content(Stream member)
    {
        using (member)
        {
            using MemoryStream copy = new();
            member.CopyTo(copy);
            return copy.ToArray();
        }
    }
}
