using Google.Protobuf;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

/// <summary>The writer of the wire format against Google's, which TorchSharp brings.</summary>
public sealed class ProtobufMessageTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(15, 127)]
    [InlineData(16, 128)]
    [InlineData(2047, 300)]
    [InlineData(2048, -1)]
    [InlineData(536870911, long.MaxValue)]
    [InlineData(3, long.MinValue)]
    public void Every_kind_of_field_has_the_bytes_that_Google_writes(int field, long number)
    {
        byte[] bytes = [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 7))];
        ProtobufMessage inner = new ProtobufMessage().Text(1, "ö 数").Integer(2, number);
        ProtobufMessage message = new ProtobufMessage().Integer(field, number).Single(field, 1.5e-3f * number).Text(field, "").Text(field, "Ünïcödé 🙂")
            .Bytes(field, bytes).Message(field, inner);
        Assert.Equal(Google(output =>
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt64(number);
            output.WriteTag(field, WireFormat.WireType.Fixed32);
            output.WriteFloat(1.5e-3f * number);
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteString("");
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteString("Ünïcödé 🙂");
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(bytes));
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(inner.Written));
        }), message.Written.ToArray());
    }

    private static byte[] Google(Action<CodedOutputStream> write)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            write(output);
        }

        return stream.ToArray();
    }
}
