using System.Buffers.Binary;
using System.Text;
using MnistCnn.Serialization;

namespace MnistCnn.Tests.Serialization;

/// <summary>Safetensors files put together by hand, right or wrong.</summary>
internal static class RawSafetensors
{
    public static byte[] Build(string header, int dataLength, ulong? declaredLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(file, declaredLength ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    public static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes), "x.safetensors");

    public static byte[] Bytes(SafetensorsFile file)
    {
        using MemoryStream stream = new();
        file.WriteTo(stream);
        return stream.ToArray();
    }

    public static byte[] Bytes(CheckpointFile file)
    {
        using MemoryStream stream = new();
        file.WriteTo(stream);
        return stream.ToArray();
    }
}
