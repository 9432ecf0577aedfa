namespace MnistCnn.Data;

/// <summary>The content of an IDX file.</summary>
/// <typeparam name="T">The element type: byte, sbyte, short, int, float or double.</typeparam>
/// <param name="Dimensions">The size of each dimension, 1 to 8 of them, each at least 1.</param>
/// <param name="Values">The elements, last dimension fastest; as many as the product of the dimensions. The caller owns the array.</param>
public sealed record IdxArray<T>(IReadOnlyList<int> Dimensions, T[] Values)
    where T : unmanaged;
