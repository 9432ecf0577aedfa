namespace MnistCnn.Data;

/// <summary>The content of a NumPy array.</summary>
/// <typeparam name="T">The element type: byte, sbyte, short, int, long, float, double or bool.</typeparam>
/// <param name="Shape">The size of each dimension, 0 to 32 of them, each at least 0. A scalar has none.</param>
/// <param name="Values">The elements, last dimension fastest (C order), whatever the order in the file; as many as the product of the dimensions. The caller
/// owns the array.</param>
public sealed record NpyArray<T>(IReadOnlyList<int> Shape, T[] Values)
    where T : unmanaged;
