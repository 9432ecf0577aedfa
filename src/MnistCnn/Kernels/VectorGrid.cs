namespace MnistCnn.Kernels;

/// <summary>A square of vectors in memory: that of row y and column x starts at <c>Start + y·Row + x·Column</c>, in floats.</summary>
internal readonly unsafe struct VectorGrid(float* start, nint row, nint column)
{
    public readonly float* Start = start;
    public readonly nint Row = row, Column = column;
}
