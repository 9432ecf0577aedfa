using System.Runtime.InteropServices;
using CsCheck;
using MnistCnn.Data;

namespace MnistCnn.Tests.Data;

public sealed class IdxRoundTripTests
{
    private static readonly Gen<int[]> Dimensions = Gen.Int[1, 3].Array[1, 8];

    [Fact]
    public void Bytes_come_back_as_they_were_written() => RoundTrips<byte>();

    [Fact]
    public void Signed_bytes_come_back_as_they_were_written() => RoundTrips<sbyte>();

    [Fact]
    public void Shorts_come_back_as_they_were_written() => RoundTrips<short>();

    [Fact]
    public void Integers_come_back_as_they_were_written() => RoundTrips<int>();

    [Fact]
    public void Floats_come_back_bit_by_bit() => RoundTrips<float>();

    [Fact]
    public void Doubles_come_back_bit_by_bit() => RoundTrips<double>();

    [Fact]
    public void Numbers_are_stored_with_the_highest_byte_first()
    {
        using MemoryStream stream = new();
        IdxWriter.Write<int>(stream, gzip: false, [1, -2], 2, 1);
        Assert.Equal([0, 0, 0x0C, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE], stream.ToArray());
    }

    [Fact]
    public void A_file_is_compressed_if_its_name_says_so_and_equal_data_gives_equal_bytes()
    {
        using TemporaryFolder folder = new();
        byte[] values = new byte[100_000];
        foreach (string name in (string[])["a.gz", "b.gz", "c"])
        {
            IdxWriter.Write<byte>(folder[name], values, 100, 1000);
        }

        Assert.InRange(new FileInfo(folder["a.gz"]).Length, 1, 1000);
        Assert.Equal(File.ReadAllBytes(folder["a.gz"]), File.ReadAllBytes(folder["b.gz"]));
        Assert.Equal(100_012, new FileInfo(folder["c"]).Length);
        Assert.Equal(values, IdxReader.Read<byte>(folder["a.gz"]).Values);
        Assert.Equal(["a.gz", "b.gz", "c"], folder.Names);
    }

    [Fact]
    public void Data_goes_straight_into_memory_of_the_caller()
    {
        using MemoryStream stream = new();
        IdxWriter.Write<short>(stream, gzip: true, [1, 2, 3, 4, 5, -6], 2, 3);
        byte[] destination = new byte[16];

        stream.Position = 0;
        Assert.Equal([2, 3], IdxReader.ReadInto(stream, "x", destination, out IdxElementType type));
        Assert.Equal(IdxElementType.Int16, type);
        Assert.Equal([1, 2, 3, 4, 5, -6, 0, 0], MemoryMarshal.Cast<byte, short>(destination).ToArray());

        stream.Position = 0;
        IdxFormatException exception = Assert.Throws<IdxFormatException>(() => IdxReader.ReadInto(stream, "x", new byte[11], out _));
        Assert.Equal("'x', byte 4: expected at most 11 bytes of data (the limit of the options), found 2 × 3 items of 2 bytes.", exception.Message);
    }

    [Fact]
    public void Dimensions_that_do_not_fit_the_values_are_refused()
    {
        Assert.Throws<ArgumentException>(() => IdxWriter.Write<byte>(Stream.Null, false, new byte[6], 2, 4));
        Assert.Throws<ArgumentException>(() => IdxWriter.Write<byte>(Stream.Null, false, new byte[6], 6, 1, 1, 1, 1, 1, 1, 1, 1));
        Assert.Throws<ArgumentException>(() => IdxWriter.Write<byte>(Stream.Null, false, new byte[6]));
        Assert.Throws<ArgumentException>(() => IdxWriter.Write<byte>(Stream.Null, false, [], 0));
        Assert.Throws<NotSupportedException>(() => IdxWriter.Write<long>(Stream.Null, false, new long[6], 6));
        Assert.Throws<NotSupportedException>(() => IdxReader.Read<ushort>(Stream.Null));
    }

    private static void RoundTrips<T>()
        where T : unmanaged
    {
        Gen.Select(Dimensions, Gen.Bool, Gen.Int).Sample((dimensions, gzip, seed) =>
        {
            T[] values = new T[dimensions.Aggregate(1, (product, size) => product * size)];
            new Random(seed).NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
            using MemoryStream stream = new();
            IdxWriter.Write<T>(stream, gzip, values, dimensions);
            stream.Position = 0;
            IdxArray<T> read = IdxReader.Read<T>(stream);
            return read.Dimensions.SequenceEqual(dimensions) && MemoryMarshal.AsBytes(read.Values.AsSpan())
                .SequenceEqual(MemoryMarshal.AsBytes(values.AsSpan()));
        });
    }
}
