namespace MnistCnn.Kernels;

/// <summary>A square of vectors in memory: that of row y and column x starts at <c>Start + y·Row + x·Column</c>, in floats.</summary>
internal readonly unsafe struct VectorGrid(float* start, nint row, nint column)
{
    public readonly float* Start = start;
    public readonly nint Row = row, Column = column;
}

/// <summary>What a Winograd transform does with its result, besides storing it: see <see cref="SimdKernels.Transform"/>.</summary>
internal readonly unsafe struct TransformResult(bool add, float* gate, float* bias, bool relu)
{
    public readonly bool Add = add, Relu = relu;
    public readonly float* Gate = gate, Bias = bias;
}
