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
}
