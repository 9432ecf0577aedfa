using System.Collections.ObjectModel;
using System.Runtime.InteropServices;

namespace MnistCnn.Serialization;

/// <summary>
/// An array of a safetensors file: element type, shape and little-endian bytes in row-major order. Immutable while the caller does not
/// write to the bytes that it gave.
/// </summary>
public sealed class SafetensorsTensor
{
    /// <summary>Wraps bytes without copying them.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The dimensions, outermost first, each 0 or more; empty for a scalar.</param>
    /// <param name="data">The elements, little-endian, row by row.</param>
    /// <exception cref="ArgumentException">A negative dimension, or another number of bytes than type and shape ask for.</exception>
    public SafetensorsTensor(SafetensorsType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long[] dimensions = [.. shape];
        if (SafetensorsHeader.ByteCount(type, dimensions) != data.Length)
        {
            throw new ArgumentException($"A tensor {SafetensorsHeader.Describe(type, dimensions)}: expected the bytes of its elements, found {data.Length} "
                + "bytes.", nameof(data));
        }

        Type = type;
        Shape = new ReadOnlyCollection<long>(dimensions);
        Data = data;
    }

    /// <summary>The element type.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements, little-endian, row by row.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements.</summary>
    public int Count => Data.Length / SafetensorsElements.Size(Type);

    /// <summary>Copies an array. The element type follows from <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">double, float, Half, long, int, short, sbyte, byte or bool.</typeparam>
    /// <param name="values">The elements, row by row.</param>
    /// <param name="shape">The dimensions; a vector of all values where empty.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">Another element type, or a shape of another number of elements.</exception>
    public static SafetensorsTensor Create<T>(ReadOnlySpan<T> values, params long[] shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(shape);
        foreach (SafetensorsType type in Enum.GetValues<SafetensorsType>())
        {
            if (type != SafetensorsType.BF16 && SafetensorsElements.Holds<T>(type))
            {
                return new SafetensorsTensor(type, shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values).ToArray());
            }
        }

        throw new ArgumentException($"Expected elements of a safetensors type, found {typeof(T)}.", nameof(values));
    }

    /// <summary>Copies the elements.</summary>
    /// <typeparam name="T">The .NET type of <see cref="Type"/>, as <see cref="SafetensorsType"/> names it.</typeparam>
    /// <returns>All elements, row by row.</returns>
    /// <exception cref="InvalidOperationException">The tensor holds another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        return SafetensorsElements.Holds<T>(Type)
            ? MemoryMarshal.Cast<byte, T>(Data.Span).ToArray()
            : throw new InvalidOperationException($"Expected a tensor of {typeof(T)}, found {Describe()}.");
    }

    /// <summary>Copies the elements of a floating-point tensor, converted to <see cref="float"/> by rounding to nearest.</summary>
    /// <returns>All elements, row by row.</returns>
    /// <exception cref="InvalidOperationException">The tensor is not F64, F32, F16 or BF16.</exception>
    public float[] ToSingles()
    {
        if (Type == SafetensorsType.F32)
        {
            return ToArray<float>();
        }

        float[] values = new float[Count];
        int size = SafetensorsElements.Size(Type);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = SafetensorsElements.ToSingle(Type, Data.Span.Slice(i * size, size));
        }

        return values;
    }

    internal string Describe() => SafetensorsHeader.Describe(Type, Shape);
}
