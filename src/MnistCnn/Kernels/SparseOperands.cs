namespace MnistCnn.Kernels;

/// <summary>
/// C = Initial + A × B for rows of A that are mostly zero, over up to 64 of the common dimension; all strides in floats.
/// <code>
/// A[r; k]       = A[r·ARow + k·AInner]
/// Used[r]       bit k: A[r; k] is not zero
/// B[r, k; c]    = B[r·BRow + k·BInner + c]      in panels of 2 or 4 registers, BPanel apart; 0 where B is an ordinary matrix
/// C[r; c]       = C[r·CRow + c]
/// Initial[r; c] = Initial[r·InitialRow + c]
/// </code>
/// </summary>
internal unsafe struct SparseOperands
{
    public float* A, B, Initial, C;
    public nint ARow, AInner, BRow, BInner, BPanel, InitialRow, CRow;
    public ulong* Used;
    public int Rows;
}
