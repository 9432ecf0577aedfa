using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MnistCnn.Data;

/// <summary>What the type codes of the IDX format stand for.</summary>
internal static class IdxElement
{
    public static bool IsKnown(int code) => code is >= 0x08 and <= 0x0E and not 0x0A;

    public static int SizeOf(IdxElementType type) => type switch
    {
        IdxElementType.UInt8 or IdxElementType.Int8 => 1,
        IdxElementType.Int16 => 2,
        IdxElementType.Int32 or IdxElementType.Float32 => 4,
        _ => 8,
    };

    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the six types of the format.</exception>
    public static IdxElementType TypeOf<T>()
        where T : unmanaged =>
        typeof(T) == typeof(byte) ? IdxElementType.UInt8
        : typeof(T) == typeof(sbyte) ? IdxElementType.Int8
        : typeof(T) == typeof(short) ? IdxElementType.Int16
        : typeof(T) == typeof(int) ? IdxElementType.Int32
        : typeof(T) == typeof(float) ? IdxElementType.Float32
        : typeof(T) == typeof(double) ? IdxElementType.Float64
        : throw new NotSupportedException($"IDX has no element type for {typeof(T)}: expected byte, sbyte, short, int, float or double.");

    /// <summary>Turns elements of <paramref name="size"/> bytes around, on machines that store numbers the other way.</summary>
    public static void SwapToOrFromBigEndian(Span<byte> bytes, int size)
    {
        if (!BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (size)
        {
            case 2:
                Span<short> shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<int> ints = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                Span<long> longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
