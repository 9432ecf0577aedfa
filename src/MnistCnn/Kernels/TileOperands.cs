namespace MnistCnn.Kernels;

/// <summary>
/// C = A × B for the rows of a tile; all strides in floats, AInner never 0. The common dimension has three nested parts (outer, middle, inner), so that a
/// window of an image is as good an operand as a row of a matrix.
/// <code>
/// A[r; i, j, k] = A[ARows[r] + i·AOuter + j·AMiddle + k·AInner]      rows r of the second half of a tall tile: + ATall
/// B[i, j, k; c] = B[i·BOuter + j·BMiddle + k·BInner + c]             c &lt; vectors × width
/// C[r; c]       = C[CRows[r] + c]                                    rows of the second half: + CTall
/// </code>
/// </summary>
internal unsafe struct TileOperands
{
    public float* A;
    public int* ARows;
    public nint ATall, AOuter, AMiddle, AInner;

    public float* B;
    public nint BOuter, BMiddle, BInner;
    public nint Outer, Middle, Inner;

    /// <summary>Null, or the common dimension as lists, with outer and middle 1: what takes the place of k·AInner and of k·BInner.</summary>
    public int* AList, BList;

    public float* C;
    public int* CRows;
    public nint CTall;

    /// <summary>Added to every row, or null.</summary>
    public float* Bias;

    /// <summary>Addressed like C: C becomes zero where this is not above zero (the backward pass of ReLU); or null.</summary>
    public float* Gate;

    /// <summary>Whether negative results become zero.</summary>
    public bool Relu;
}

/// <summary>
/// Where one of several products over the same rows lies: offsets in A and C, the row of the packed B, and the extents of the common dimension.
/// </summary>
internal readonly record struct TileWindow(int A, int C, int Row, int Outer, int Middle, int Inner);
