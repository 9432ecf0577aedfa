using System.Text;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class NpyBadInputTests
{
    private static readonly byte[] Valid = Npy.Of<byte>("|u1", [1, 2, 3, 4, 5, 6], 2, 3);

    public static TheoryData<string, byte[], string> Faults => new()
    {
        { "an empty file", [], "byte 0: expected the 8 bytes of an npy magic number and version, found the end of the data after 0 of 8 bytes" },
        { "wrong magic", Idx.Flip(Valid, 0), "byte 0: expected an npy file, which begins with 0x93 'NUMPY', found the bytes 924E554D5059" },
        { "version 9", [.. Valid[..6], 9, .. Valid[7..]], "byte 6: expected npy version 1.0, 2.0 or 3.0, found 9.0" },
        { "a header length past the end", [.. Valid[..8], 255, 255, .. Valid[10..]],
            "byte 8: expected an npy header of at most 124 bytes, found a length of 65535" },
        { "a header length cut", Valid[..9], "byte 9: expected the length of the npy header, found the end of the data after 1 of 2 bytes" },
        { "a header that is no dictionary", Npy.WithHeader("[1, 2]"), "byte 10: expected '{' in the npy header, found '[1, 2]'" },
        { "an unknown key", Npy.WithHeader("{'descr': '|u1', 'order': True}"),
            "expected the keys 'descr', 'fortran_order' and 'shape', each once, found the key 'order'" },
        { "a key twice", Npy.WithHeader("{'descr': '|u1', 'descr': '|u1'}"), "found the key 'descr' again" },
        { "no shape", Npy.WithHeader("{'descr': '|u1', 'fortran_order': False}"), "expected the key 'shape', found none" },
        { "no descr", Npy.WithHeader("{}"), "expected the key 'descr', found none" },
        { "Python objects", Npy.WithHeader(Npy.Dictionary("|O", false, 1), 0x80, 4),
            "found '|O' (the array holds Python objects, which are stored by pickle and are never run or read)" },
        { "records", Npy.WithHeader("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}"),
            "byte 20: expected elements of one number, found records" },
        { "text", Npy.WithHeader(Npy.Dictionary("<U5", false, 1)), "found '<U5' (the array holds text)" },
        { "complex numbers", Npy.WithHeader(Npy.Dictionary("<c8", false, 1)), "found '<c8' (the array holds complex numbers)" },
        { "unsigned 16-bit numbers", Npy.WithHeader(Npy.Dictionary("<u2", false, 1), 0, 0),
            "expected elements of type u1, i1, i2, i4, i8, f4, f8 or bool, found '<u2'" },
        { "another type than asked for", Npy.Of<float>("<f4", [1], 1), "expected elements of type u1, found f4" },
        { "a negative size", Npy.WithHeader(Npy.Dictionary("|u1", false, -1)), "expected a size of at least 0 and below 10^18, found '-1,), }'" },
        { "a size of 25 digits", Npy.WithHeader("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000000000000000,)}"),
            "expected a size of at least 0 and below 10^18" },
        { "sizes that overflow", Npy.WithHeader("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}"),
            "expected at most 268435456 bytes of data (the limit of the options)" },
        { "40 dimensions", Npy.WithHeader($"{{'shape': ({string.Join(",", Enumerable.Repeat(1, 40))})}}"), "expected at most 32 dimensions, found more" },
        { "a byte too few", Valid[..^1], "expected (2, 3) elements of 1 bytes = 6 bytes of data, found 5 bytes" },
        { "a byte too many", [.. Valid, 0], "expected (2, 3) elements of 1 bytes = 6 bytes of data, found 7 bytes" },
        { "fortran_order that is no bool", Npy.WithHeader("{'fortran_order': 1}"), "expected True or False, found '1}'" },
        { "text after the dictionary", Npy.WithHeader(Npy.Dictionary("|u1", false, 1) + " import os"),
            "expected the end of the header after its dictionary, found 'import os'" },
        { "an open string", Npy.WithHeader("{'descr"), "expected a key in quotes, found ''descr'" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bad_file_is_refused_with_path_place_and_numbers(string what, byte[] content, string message)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a.npy"], content);

        NpyFormatException exception = Assert.Throws<NpyFormatException>(() => NpyReader.Read<byte>(folder["a.npy"]));

        Assert.False(string.IsNullOrEmpty(what));
        Assert.Equal(folder["a.npy"], exception.Path);
        Assert.Null(exception.Member);
        Assert.StartsWith($"'{folder["a.npy"]}', byte ", exception.Message, StringComparison.Ordinal);
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
            Assert.Throws<NpyFormatException>(() => NpyReader.Read<byte>(pipe ? new PipeStream(cut) : new MemoryStream(cut), "cut.npy",
                new NpyReaderOptions()));
        }
    }

    [Fact]
    public void A_bool_that_is_neither_0_nor_1_is_refused_with_its_index()
    {
        byte[] file = Npy.Of<byte>("|b1", [1, 0, 7], 3);
        Assert.Contains("expected 0 or 1 for a bool, found 7 at index 2",
            Assert.Throws<NpyFormatException>(() => NpyReader.Read<bool>(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_is_checked_before_anything_is_allocated_also_in_a_pipe()
    {
        byte[] huge = Npy.WithHeader(Npy.Dictionary("<f8", false, 30_000_000));
        NpyReaderOptions larger = new() { MaxBytes = 1 << 30 };
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<NpyFormatException>(() => NpyReader.Read<double>(new PipeStream(huge), "huge.npy", larger));
        Assert.Throws<NpyFormatException>(() => NpyReader.Read<double>(new MemoryStream(huge), "huge.npy", larger));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_type_that_NumPy_arrays_are_not_read_as_is_not_supported() =>
        Assert.Contains("System.Char", Assert.Throws<NotSupportedException>(() => NpyReader.Read<char>(new MemoryStream(Valid))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_long_header_in_a_pipe_is_refused_before_it_is_read()
    {
        byte[] file = [.. Valid[..6], 2, 0, 0, 0, 0, 0x7F, .. Encoding.ASCII.GetBytes("{}")];
        Assert.Contains("expected an npy header of at most 65536 bytes",
            Assert.Throws<NpyFormatException>(() => NpyReader.Read<byte>(new PipeStream(file))).Message, StringComparison.Ordinal);
    }
}
