using System.Globalization;

namespace MnistCnn.Data;

/// <summary>The element types that are read, and how NumPy writes them: a byte order, a kind and a size (<c>&lt;f4</c>, <c>|u1</c>).</summary>
/// <param name="Kind">'b' bool, 'u' unsigned, 'i' signed, 'f' floating point.</param>
/// <param name="Size">Bytes of an element.</param>
internal readonly record struct NpyElement(char Kind, int Size)
{
    private const string Readable = "elements of type u1, i1, i2, i4, i8, f4, f8 or bool";

    public override string ToString() => Kind == 'b' ? "bool" : string.Create(CultureInfo.InvariantCulture, $"{Kind}{Size}");

    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of the eight types.</exception>
    public static NpyElement Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(bool) ? new('b', 1)
        : typeof(T) == typeof(byte) ? new('u', 1)
        : typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(int) || typeof(T) == typeof(long) ? new('i', Unsafe.SizeOf<T>())
        : typeof(T) == typeof(float) || typeof(T) == typeof(double) ? new('f', Unsafe.SizeOf<T>())
        : throw new NotSupportedException($"NumPy arrays are not read as {typeof(T)}: expected byte, sbyte, short, int, long, float, double or bool.");

    /// <summary>Reads the text of <c>descr</c>.</summary>
    /// <returns>The type, and whether numbers are stored with the most significant byte first.</returns>
    /// <exception cref="NpyFormatException">Another type; the message says what it holds.</exception>
    public static (NpyElement Element, bool BigEndian) Parse(NpyInput input, string text)
    {
        string type = text.TrimStart('<', '>', '|', '=');
        if (text.Length - type.Length <= 1 && type is "b1" or "u1" or "i1" or "i2" or "i4" or "i8" or "f4" or "f8")
        {
            return (new NpyElement(type[0], type[1] - '0'), text[0] == '>');
        }

        string holds = type.Length == 0 ? "" : type[0] switch
        {
            'O' => " (the array holds Python objects, which are stored by pickle and are never run or read)",
            'U' or 'S' or 'a' => " (the array holds text)",
            'V' => " (the array holds records)",
            'c' => " (the array holds complex numbers)",
            'M' or 'm' => " (the array holds times)",
            _ => "",
        };
        throw input.Fault(input.Position, Readable, $"'{text}'{holds}");
    }
}
