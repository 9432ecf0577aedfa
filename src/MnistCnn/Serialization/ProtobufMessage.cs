using System.Buffers;
using Google.Protobuf;

namespace MnistCnn.Serialization;

/// <summary>Writes the fields of one protobuf message in the order of the calls. Wire format: https://protobuf.dev/programming-guides/encoding.</summary>
internal sealed class ProtobufMessage
{
    private readonly ArrayBufferWriter<byte> written = new();

    public ReadOnlySpan<byte> Written => written.WrittenSpan;

    public ProtobufMessage Integer(int field, long value) => Field(field, WireFormat.WireType.Varint, output => output.WriteInt64(value));

    public ProtobufMessage Single(int field, float value) => Field(field, WireFormat.WireType.Fixed32, output => output.WriteFloat(value));

    public ProtobufMessage Text(int field, string value) => Field(field, WireFormat.WireType.LengthDelimited, output => output.WriteString(value));

    public ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value.Written);

    public ProtobufMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        int length = value.Length;
        Field(field, WireFormat.WireType.LengthDelimited, output => output.WriteLength(length));
        written.Write(value);
        return this;
    }

    private ProtobufMessage Field(int field, WireFormat.WireType type, Action<CodedOutputStream> writeValue)
    {
        using MemoryStream buffer = new();
        using (CodedOutputStream output = new(buffer, leaveOpen: true))
        {
            output.WriteTag(field, type);
            writeValue(output);
        }

        written.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return this;
    }
}
