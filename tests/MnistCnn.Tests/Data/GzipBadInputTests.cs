using System.Buffers.Binary;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class GzipBadInputTests
{
    private const string EndlessFile =
        "H4sIAAAAAAAAAzXUeWzfcxgH8IjEXFt3Eccw58JQbJqtthnJaCfYkWGOLZmUDdmkY0OMWBfK/NF2hoRNZpJpEZtQ51i1Oiau2IQ61iOOjCptbMu0hngn/eWXX36ffD/f53lfzw==";

    private static readonly byte[] Data = Idx.Images(40, 5, 7);
    private static readonly byte[] Valid = Idx.Gzip(Data);

    public static TheoryData<string, byte[], string> Faults => new()
    {
        { "gzip of 5 bytes", Idx.Gzip(0, 0, 8, 1, 0), "byte 5: expected 4 bytes of sizes, found the end of the gzip data after 1 of 4 bytes" },
        { "a header cut", Valid[..5], "byte 5: expected the 10 bytes of a gzip header, found the end of the file after 5 bytes" },
        { "another compression method", Idx.Flip(Valid, 2), "byte 2: expected gzip compression method 8 (deflate), found 9" },
        { "reserved flags", Idx.Flip(Valid, 3, 0x80), "byte 3: expected gzip flags without reserved bits, found 0x80" },
        { "CRC flipped", Idx.Flip(Valid, Valid.Length - 8),
            $"byte {Valid.Length - 8}: expected data with the CRC 0x{Crc(Valid) ^ 1:X8}, found 0x{Crc(Valid):X8}" },
        { "ISIZE flipped", Idx.Flip(Valid, Valid.Length - 4),
            $"byte {Valid.Length - 4}: expected {Data.Length ^ 1} bytes of data (ISIZE), found {Data.Length}" },
        { "FEXTRA cut", Idx.WithHeader([], 4, 200, 0, 1, 2, 3), "expected the gzip extra field, found the end of the file after 15 bytes" },
        { "FEXTRA without its length", Idx.WithHeader([], 4, 200), "expected the length of the gzip extra field, found the end of the file after 11 bytes" },
        { "FEXTRA that swallows the file", Idx.WithHeader(Valid, 4, 255, 255), "expected the gzip extra field, found the end of the file after" },
        { "FNAME cut", Idx.WithHeader([], 8, 65, 66), "expected the NUL byte at the end of the gzip file name, found the end of the file after 12 bytes" },
        { "FNAME of 1 MiB", Idx.WithHeader(Valid, 8, [.. Enumerable.Repeat((byte)'a', 1 << 20), 0]),
            "expected a gzip file name of at most 32768 bytes, found a longer one" },
        { "FCOMMENT cut", Idx.WithHeader([], 16), "expected the NUL byte at the end of the gzip comment, found the end of the file after 10 bytes" },
        { "a wrong header CRC", Idx.WithHeader(Valid, 2, 1, 2), "byte 10: expected a gzip header with the CRC 0x0201, found 0x" },
        { "a byte after the member", [.. Valid, 0], "expected the gzip member to end with the file, found an earlier end and further bytes after it" },
        { "two members", [.. Valid, .. Valid], "expected the gzip member to end with the file, found an earlier end and further bytes after it" },
        { "a million empty members", [.. Enumerable.Repeat(Idx.WithHeader([], 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1_000_000).SelectMany(member => member)],
            "byte 0: expected the 4 bytes of the IDX magic number, found the end of the gzip data after 0 of 4 bytes" },
        { "a bomb with an honest-looking header", Idx.Gzip([.. Idx.Images(1, 28, 28), .. new byte[50 << 20]]),
            "byte 800: expected the end of the data, as the sizes in the header say, found at least one byte more" },
        { "a bomb that declares 2^30", Idx.Gzip([.. Idx.Header(8, 1 << 30), .. new byte[50 << 20]]),
            "byte 4: expected at most 268435456 bytes of data (the limit of the options), found 1073741824 items of 1 bytes" },
        { "a declared size that so small a file cannot hold", Idx.Gzip(Idx.Header(8, 100 << 20)),
            "byte 4: expected 104857600 items of 1 bytes = 104857600 bytes of data, found a file that holds at most" },
        { "data shorter than declared", Idx.Gzip(Data[..^1]),
            $"byte {Data.Length - 1}: expected 1400 bytes of data, as the header says, found the end of the gzip data after 1399 of 1400 bytes" },
        { "the endless file", Convert.FromBase64String(EndlessFile), "byte" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bad_gzip_file_is_refused_with_path_place_and_numbers(string what, byte[] content, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder["images.gz"];
        File.WriteAllBytes(path, content);

        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => IdxReader.Read<byte>(path));

        Assert.False(string.IsNullOrEmpty(what));
        Assert.Equal(path, exception.Path);
        Assert.StartsWith($"'{path}', byte ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_cut_at_any_offset_is_refused(bool pipe)
    {
        for (int length = 0; length < Valid.Length; length++)
        {
            byte[] cut = Valid[..length];
            IdxFormatException exception = Assert.Throws<IdxFormatException>(() =>
                IdxReader.Read<byte>(pipe ? new PipeStream(cut) : new MemoryStream(cut), "cut.gz", new IdxReaderOptions()));
            Assert.StartsWith("'cut.gz', byte ", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_compressed_data_is_refused()
    {
        int harmless = 0;
        for (int bit = 80; bit < 8 * Valid.Length; bit++)
        {
            try
            {
                byte[] values = IdxReader.Read<byte>(new MemoryStream(Idx.Flip(Valid, bit / 8, (byte)(1 << (bit % 8)))), "flipped.gz", new IdxReaderOptions())
                    .Values;
                Assert.Equal(Data[16..], values);
                // Deflate leaves the bits after its end code undefined: at most 7, in the last byte before the trailer.
                Assert.Equal(Valid.Length - 9, bit / 8);
                harmless++;
            }
            catch (IdxFormatException exception)
            {
                Assert.Equal("flipped.gz", exception.Path);
            }
        }

        Assert.InRange(harmless, 0, 7);
    }

    [Fact]
    public void The_names_in_a_gzip_header_are_ignored_and_its_checksum_is_verified()
    {
        byte[] fields = [3, 0, 1, 2, 3, .. "../../etc/passwd\0"u8, .. "a comment\0"u8];
        byte[] header = Idx.WithHeader([.. new byte[10]], 4 + 8 + 16 + 2, fields);
        ushort crc = (ushort)Crc32.Append(0, header);
        byte[] file = Idx.WithHeader(Valid, 4 + 8 + 16 + 2, [.. fields, (byte)crc, (byte)(crc >> 8)]);

        Assert.Equal(Data[16..], IdxReader.Read<byte>(new MemoryStream(file)).Values);
    }

    [Fact]
    public void Gzip_is_told_by_content_and_read_from_any_stream()
    {
        Assert.Equal([40, 5, 7], IdxReader.Read<byte>(new PipeStream(Valid)).Dimensions);
        Assert.Equal(Data[16..], IdxReader.Read<byte>(new PipeStream(Valid, portion: 1)).Values);
        Assert.Equal(Data[16..], IdxReader.Read<byte>(new PipeStream(Data, portion: 1)).Values);
    }

    private static uint Crc(byte[] gzip) => BinaryPrimitives.ReadUInt32LittleEndian(gzip.AsSpan(gzip.Length - 8));
}
