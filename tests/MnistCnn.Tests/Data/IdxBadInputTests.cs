using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

/// <summary>What is wrong with a file is said with its path, the place, what was expected and what was found.</summary>
public sealed class IdxBadInputTests
{
    public static TheoryData<string, byte[], long, string, string> Faults => new()
    {
        { "an empty file", [], 0, "the 4 bytes of the IDX magic number", "the end of the file after 0 of 4 bytes" },
        { "three bytes", [0, 0, 8], 3, "the 4 bytes of the IDX magic number", "the end of the file after 3 of 4 bytes" },
        { "first bytes not zero", [1, 0, 8, 1, 0, 0, 0, 1, 5], 0, "an IDX file, which begins with two zero bytes", "IDX magic 0x01000801" },
        { "an unsupported type code", Idx.Header(0x0A, 1), 2, "an IDX type code (0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E)", "0x0A" },
        { "rank 0", [0, 0, 8, 0, 1], 3, "1 to 8 dimensions", "0" },
        { "rank 255", [0, 0, 8, 255, .. new byte[1020]], 3, "1 to 8 dimensions", "255" },
        { "sizes cut", Idx.Header(8, 2, 2)[..^1], 11, "8 bytes of sizes", "the end of the file after 7 of 8 bytes" },
        { "three dimensions of 2^32 - 1", Idx.Header(8, uint.MaxValue, uint.MaxValue, uint.MaxValue), 4,
            "at most 268435456 bytes of data (the limit of the options)", "4294967295 × 4294967295 × 4294967295 items of 1 bytes" },
        { "eight dimensions beyond 128 bits", Idx.Header(14, [.. Enumerable.Repeat(uint.MaxValue, 8)]), 4,
            "at most 268435456 bytes of data (the limit of the options)", "items of 8 bytes" },
        { "sizes whose product is 0 modulo 2^64", Idx.Header(8, 1u << 31, 1u << 31, 4), 4, "at most 268435456 bytes of data",
            "2147483648 × 2147483648 × 4 items of 1 bytes" },
        { "a payload one byte short", Idx.Images(4)[..^1], 4, "4 × 2 × 3 items of 1 bytes = 24 bytes of data", "a file that holds at most 23" },
        { "a payload one byte too long", [.. Idx.Images(4), 0], 40, "the end of the data, as the sizes in the header say", "at least one byte more" },
        { "no items", Idx.Header(8, 0, 28, 28), 4, "at least 1 item in each dimension", "sizes 0" },
        { "no rows", Idx.Header(8, 3, 0, 28), 8, "at least 1 item in each dimension", "sizes 3 × 0" },
        { "no columns", Idx.Header(8, 3, 28, 0), 12, "at least 1 item in each dimension", "sizes 3 × 28 × 0" },
        { "a payload beyond the limit", Idx.Header(8, 1 << 30), 4, "at most 268435456 bytes of data (the limit of the options)",
            "1073741824 items of 1 bytes" },
        { "another element type", [.. Idx.Header(0x0D, 1), 0, 0, 0, 0], 2, "elements of type UInt8", "Float32" },
        { "HTML", "<!DOCTYPE html><title>404</title>"u8.ToArray(), 0, "an IDX file, which begins with two zero bytes", "IDX magic 0x3C21444F" },
        { "zlib", [0x78, 0x9C, 1, 2, 3, 4, 5, 6], 0, "an IDX file, which begins with two zero bytes", "IDX magic 0x789C0102" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bad_file_is_refused_with_path_place_and_numbers(string what, byte[] content, long offset, string expected, string found)
    {
        using TemporaryFolder folder = new();
        string path = folder["data.gz"];
        File.WriteAllBytes(path, content);

        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => IdxReader.Read<byte>(path));

        Assert.False(string.IsNullOrEmpty(what));
        Assert.Equal(path, exception.Path);
        Assert.Equal(offset, exception.Offset);
        Assert.Contains(expected, exception.Expected, StringComparison.Ordinal);
        Assert.Contains(found, exception.Found, StringComparison.Ordinal);
        Assert.Equal($"'{path}', byte {offset}: expected {exception.Expected}, found {exception.Found}.", exception.Message);
    }

    [Fact]
    public void Nothing_is_allocated_for_sizes_that_the_file_cannot_hold()
    {
        byte[][] files = [Idx.Header(8, uint.MaxValue, uint.MaxValue, uint.MaxValue), Idx.Header(8, 200 << 20), Idx.Gzip(Idx.Header(8, 200 << 20)),
            Idx.Header(8, 1 << 30)];
        foreach (byte[] file in files)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<IdxFormatException>(() => IdxReader.Read<byte>(new MemoryStream(file)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void A_stream_of_unknown_length_is_not_believed_either()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => IdxReader.Read<byte>(new PipeStream([.. Idx.Header(8, 200 << 20), 1, 2, 3])));

        Assert.Contains("the end of the file after 3 of 262144 bytes", exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void The_limit_is_an_option()
    {
        byte[] file = Idx.Images(4);
        Assert.Equal(24, IdxReader.Read<byte>(new MemoryStream(file), "x", new IdxReaderOptions { MaxBytes = 24 }).Values.Length);
        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => IdxReader.Read<byte>(new MemoryStream(file), "x",
            new IdxReaderOptions { MaxBytes = 23 }));
        Assert.Equal("'x', byte 4: expected at most 23 bytes of data (the limit of the options), found 4 × 2 × 3 items of 1 bytes.", exception.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1L << 31)]
    public void A_limit_out_of_range_is_refused(long limit) => Assert.Throws<ArgumentOutOfRangeException>(() => new IdxReaderOptions { MaxBytes = limit });

    [Fact]
    public void A_stream_that_breaks_is_reported_with_its_cause()
    {
        IdxFormatException exception = Assert.Throws<IdxFormatException>(() =>
            IdxReader.Read<byte>(new PipeStream(Idx.Images(4)[..20], new TimeoutException("too slow")), "pipe", new IdxReaderOptions()));

        Assert.Equal("'pipe', byte 20: expected readable data, found TimeoutException: too slow.", exception.Message);
        Assert.IsType<TimeoutException>(exception.InnerException);
    }
}
