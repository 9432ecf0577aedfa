using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MnistCnn.Serialization;

/// <summary>What is known of each element type: its name in the file, its size, its .NET type and its values.</summary>
internal static class SafetensorsElements
{
    public static int Size(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.I16 => 2,
        SafetensorsType.I8 or SafetensorsType.U8 or SafetensorsType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"Expected a safetensors element type, found {type}."),
    };

    public static string Name(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => "F64",
        SafetensorsType.F32 => "F32",
        SafetensorsType.F16 => "F16",
        SafetensorsType.BF16 => "BF16",
        SafetensorsType.I64 => "I64",
        SafetensorsType.I32 => "I32",
        SafetensorsType.I16 => "I16",
        SafetensorsType.I8 => "I8",
        SafetensorsType.U8 => "U8",
        SafetensorsType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"Expected a safetensors element type, found {type}."),
    };

    public static SafetensorsType? Parse(string name) => name switch
    {
        "F64" => SafetensorsType.F64,
        "F32" => SafetensorsType.F32,
        "F16" => SafetensorsType.F16,
        "BF16" => SafetensorsType.BF16,
        "I64" => SafetensorsType.I64,
        "I32" => SafetensorsType.I32,
        "I16" => SafetensorsType.I16,
        "I8" => SafetensorsType.I8,
        "U8" => SafetensorsType.U8,
        "BOOL" => SafetensorsType.Bool,
        _ => null,
    };

    public static bool Holds<T>(SafetensorsType type)
        where T : unmanaged
    {
        return type switch
        {
            SafetensorsType.F64 => typeof(T) == typeof(double),
            SafetensorsType.F32 => typeof(T) == typeof(float),
            SafetensorsType.F16 => typeof(T) == typeof(Half),
            SafetensorsType.BF16 => typeof(T) == typeof(ushort),
            SafetensorsType.I64 => typeof(T) == typeof(long),
            SafetensorsType.I32 => typeof(T) == typeof(int),
            SafetensorsType.I16 => typeof(T) == typeof(short),
            SafetensorsType.I8 => typeof(T) == typeof(sbyte),
            SafetensorsType.U8 => typeof(T) == typeof(byte),
            SafetensorsType.Bool => typeof(T) == typeof(bool),
            _ => false,
        };
    }

    /// <summary>The index of the first NaN or infinite element, or −1.</summary>
    public static long IndexOfNonFinite(SafetensorsType type, ReadOnlySpan<byte> data) => type switch
    {
        SafetensorsType.F64 => IndexOf(MemoryMarshal.Cast<byte, double>(data), double.IsFinite),
        SafetensorsType.F32 => IndexOfNonFinite(MemoryMarshal.Cast<byte, uint>(data)),
        SafetensorsType.F16 => IndexOf(MemoryMarshal.Cast<byte, Half>(data), Half.IsFinite),
        SafetensorsType.BF16 => IndexOf(MemoryMarshal.Cast<byte, ushort>(data), bits => (bits & 0x7F80) != 0x7F80),
        _ => -1,
    };

    /// <summary>The index of the first byte of a BOOL tensor that is neither 0 nor 1, or −1.</summary>
    public static int IndexOfInvalid(SafetensorsType type, ReadOnlySpan<byte> data) => type == SafetensorsType.Bool
        ? data.IndexOfAnyExceptInRange((byte)0, (byte)1) : -1;

    public static float ToSingle(SafetensorsType type, ReadOnlySpan<byte> element) => type switch
    {
        SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
        SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
        SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
        SafetensorsType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        _ => throw new InvalidOperationException($"Expected a floating-point tensor, found {Name(type)}."),
    };

    private static long IndexOfNonFinite(ReadOnlySpan<uint> bits)
    {
        const uint Exponent = 0x7F800000;
        for (int i = 0; i < bits.Length; i++)
        {
            if ((bits[i] & Exponent) == Exponent)
            {
                return i;
            }
        }

        return -1;
    }

    private static long IndexOf<T>(ReadOnlySpan<T> values, Func<T, bool> isFinite)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!isFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
