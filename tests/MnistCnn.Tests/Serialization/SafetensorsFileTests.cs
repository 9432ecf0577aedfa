using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

public sealed class SafetensorsFileTests
{
    private static readonly Gen<SafetensorsTensor> AnyTensor =
        from type in Gen.Enum<SafetensorsType>()
        from shape in Gen.Long[0, 4].Array[0, 4]
        let count = shape.Aggregate(1L, (a, b) => a * b)
        from data in Gen.Byte[0, (byte)(type == SafetensorsType.Bool ? 1 : 255)].Array[(int)count * SafetensorsElements.Size(type)]
        select new SafetensorsTensor(type, shape, data);

    [Fact]
    public void Whatever_is_written_is_read_back()
    {
        Gen.Select(
            Gen.Dictionary(Gen.String.Where(s => !s.Any(char.IsSurrogate) && s != "__metadata__"), AnyTensor)[0, 6],
            Gen.Dictionary(Gen.String.Where(s => !s.Any(char.IsSurrogate)), Gen.String.Where(s => !s.Any(char.IsSurrogate)))[0, 4])
            .Sample((tensors, metadata) =>
            {
                byte[] bytes = RawSafetensors.Bytes(new SafetensorsFile(tensors, metadata));
                SafetensorsFile read = RawSafetensors.Read(bytes);
                return read.Metadata.Count == metadata.Count && metadata.All(pair => read.Metadata[pair.Key] == pair.Value)
                    && read.Tensors.Count == tensors.Count
                    && tensors.All(pair => read.Tensors[pair.Key] is var tensor && tensor.Type == pair.Value.Type
                        && tensor.Shape.SequenceEqual(pair.Value.Shape) && tensor.Data.Span.SequenceEqual(pair.Value.Data.Span))
                    && BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8 == 0;
            }, iter: 2000);
    }

    [Fact]
    public void The_order_of_insertion_does_not_change_the_bytes()
    {
        SafetensorsTensor a = SafetensorsTensor.Create<float>([1, 2]);
        SafetensorsTensor b = SafetensorsTensor.Create<byte>([1, 2]);
        byte[] one = RawSafetensors.Bytes(new SafetensorsFile(new Dictionary<string, SafetensorsTensor> { ["a"] = a, ["b"] = b, ["c"] = a },
            new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" }));
        byte[] two = RawSafetensors.Bytes(new SafetensorsFile(new Dictionary<string, SafetensorsTensor> { ["c"] = a, ["b"] = b, ["a"] = a },
            new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" }));
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_file_holds_exactly_the_documented_bytes()
    {
        byte[] bytes = RawSafetensors.Bytes(new SafetensorsFile(
            new Dictionary<string, SafetensorsTensor> { ["weight"] = SafetensorsTensor.Create<float>([1f, -2f], 1, 2) }));
        Assert.Equal([64, 0, 0, 0, 0, 0, 0, 0], bytes[..8]);
        Assert.Equal("""{"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}   """, Encoding.UTF8.GetString(bytes.AsSpan(8, 64)));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], bytes[72..]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """, 4)]
    [InlineData("""{"a":{"data_offsets":[0,0],"shape":[0,9223372036854775807],"dtype":"F64"}}""", 0)]
    [InlineData("""{"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]},"a":{"dtype":"I8","shape":[5],"data_offsets":[0,5]},"""
        + "\"e\":{\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[5,5]}}", 8)]
    [InlineData("""{"__metadata__":{},"\u00e9\"":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("{}", 0)]
    public void Every_form_that_the_format_allows_is_read(string header, int dataLength) => RawSafetensors.Read(RawSafetensors.Build(header, dataLength));

    [Theory]
    [InlineData("", 0, "empty")]
    [InlineData(" {}", 0, "0x20")]
    [InlineData("[]", 0, "0x5B")]
    [InlineData("{", 0, "JSON")]
    [InlineData("{}x", 0, "JSON")]
    [InlineData("{},", 0, "JSON")]
    [InlineData("{}", 1, "expected 0 bytes of data after the header, found 1")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "tensor 'a' twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"\u0061":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "tensor 'a' twice")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "dtype twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "expected String, found 1")]
    [InlineData("""{"__metadata__":{"k":{}}}""", 0, "expected String, found StartObject")]
    [InlineData("""{"__metadata__":[]}""", 0, "expected StartObject")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "expected 2 bytes of data after the header, found 3")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 1, "within the 1 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}""", 2, "data_offsets [2,0]")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2,4]}}""", 2, "at most 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2]}}""", 2, "1 data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,-2]}}""", 2, "found -2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,18446744073709551616]}}""", 2, "found 18446744073709551616")]
    [InlineData("""{"a":{"dtype":"Q7","shape":[2],"data_offsets":[0,2]}}""", 2, "found 'Q7'")]
    [InlineData("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "found 'f32'")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "expected String")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "0 data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "found 'x'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4e9],"data_offsets":[0,8]}}""", 8, "found 4e9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4000000000],"data_offsets":[0,8]}}""", 8, "F32 [4000000000]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4000000000,4000000000,4000000000],"data_offsets":[0,8]}}""", 8, "fewer than 2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,0]}}""", 0, "fewer than 2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, "fewer than 2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "found 2.0")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "expected StartArray")]
    [InlineData("""{"a":[]}""", 0, "expected StartObject")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "JSON")]
    public void A_header_that_breaks_a_rule_is_refused_with_what_was_found(string header, int dataLength, string found)
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(RawSafetensors.Build(header, dataLength)));
        Assert.StartsWith("'x.safetensors': ", e.Message, StringComparison.Ordinal);
        Assert.Contains("expected", e.Message, StringComparison.Ordinal);
        Assert.Contains(found, e.Message, StringComparison.Ordinal);
        Assert.Equal("x.safetensors", e.Path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void A_file_shorter_than_its_length_field_is_refused(int length) =>
        Assert.Contains($"found {length} bytes", Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(new byte[length])).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(99_999_999UL)]
    [InlineData(3UL)]
    public void A_declared_header_that_cannot_be_is_refused_before_anything_is_allocated(ulong declared)
    {
        byte[] bytes = RawSafetensors.Build("{}", 0, declared);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_rank_of_two_hundred_million_does_not_fit_a_header_and_a_rank_of_a_million_stops_at_64()
    {
        string million = """{"a":{"dtype":"U8","shape":[@],"data_offsets":[0,1]}}""".Replace("@", string.Join(",", Enumerable.Repeat("1", 1_000_000)),
            StringComparison.Ordinal);
        byte[] bytes = RawSafetensors.Build(million, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("at most 64", Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        byte[] declared = RawSafetensors.Build("{}", 0, 400_000_000);
        Assert.Contains("400000000 declared", Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(declared)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_that_nest_deeply_or_are_not_text_are_refused()
    {
        Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(RawSafetensors.Build("{\"a\":" + new string('[', 100_000), 0)));
        byte[] bytes = RawSafetensors.Build("{\"a\":1}", 0);
        bytes[10] = 0xFF;
        Assert.Contains("UTF-8", Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = RawSafetensors.Bytes(new SafetensorsFile(new Dictionary<string, SafetensorsTensor>
        {
            ["a"] = SafetensorsTensor.Create<float>([1, 2, 3]),
            ["b"] = SafetensorsTensor.Create<byte>([1, 2, 3]),
        }, new Dictionary<string, string> { ["k"] = "v" }));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(whole[..length]));
        }

        Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read([.. whole, 0]));
    }

    [Fact]
    public void A_bool_that_is_neither_0_nor_1_is_refused()
    {
        byte[] bytes = RawSafetensors.Build("""{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""", 3);
        bytes[^2] = 2;
        Assert.Contains("found 2 at 1", Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PyTorch_file_is_refused_with_the_two_lines_that_convert_it()
    {
        foreach (byte[] start in new byte[][] { [0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0], [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9] })
        {
            CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() =>
                SafetensorsFile.Read(new MemoryStream([.. start, .. new byte[200]]), "/runs/model.pth"));
            Assert.Contains("import torch, safetensors.torch", e.Message, StringComparison.Ordinal);
            Assert.Contains("""save_file(torch.load("model.pth", map_location="cpu", weights_only=True), "model.safetensors")""", e.Message,
                StringComparison.Ordinal);
        }

        string header = """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""".PadRight(0x0280);
        Assert.Single(RawSafetensors.Read(RawSafetensors.Build(header, 0)).Tensors);
    }

    [Fact]
    public void A_folder_is_refused_and_a_missing_file_is_an_IOException()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("found a folder", Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Load(folder.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Load(folder["missing"]));
        SafetensorsFile file = new(new Dictionary<string, SafetensorsTensor>());
        Assert.Throws<IOException>(() => file.Save(folder.Root));
    }

    [Fact]
    public void Hostile_names_are_shortened_in_messages()
    {
        string header = """{"@\u0007":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""".Replace("@", new string('n', 5000), StringComparison.Ordinal);
        Assert.InRange(Assert.Throws<CheckpointFormatException>(() => RawSafetensors.Read(RawSafetensors.Build(header, 8))).Message.Length, 1, 400);
    }

    [Fact]
    public void The_reserved_name_cannot_be_a_tensor()
    {
        SafetensorsFile file = new(new Dictionary<string, SafetensorsTensor> { ["__metadata__"] = SafetensorsTensor.Create<byte>([1]) });
        Assert.Throws<ArgumentException>(() => RawSafetensors.Bytes(file));
    }
}
