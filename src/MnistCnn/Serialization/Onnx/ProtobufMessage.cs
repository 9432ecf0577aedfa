using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MnistCnn.Serialization;

/// <summary>Writes the fields of one protobuf message in the order of the calls. Wire format: https://protobuf.dev/programming-guides/encoding.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private const int LongestNumber = 10;

    private readonly ArrayBufferWriter<byte> written = new();

    public ReadOnlySpan<byte> Written => written.WrittenSpan;

    public ProtobufMessage Integer(int field, long value) => Tag(field, Varint).Number((ulong)value);

    public ProtobufMessage Single(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(written.GetSpan(sizeof(float)), value);
        written.Advance(sizeof(float));
        return this;
    }

    public ProtobufMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value.Written);

    public ProtobufMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited).Number((ulong)value.Length);
        written.Write(value);
        return this;
    }

    private ProtobufMessage Tag(int field, int type) => Number(((ulong)field << 3) | (uint)type);

    /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
    private ProtobufMessage Number(ulong value)
    {
        Span<byte> bytes = written.GetSpan(LongestNumber);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        written.Advance(length);
        return this;
    }
}
