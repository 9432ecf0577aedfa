namespace MnistCnn.Kernels;

/// <summary>Where the rows of one tile are: offsets of 6 rows in A and C (repeated where there are fewer), and the distance to the second half of a tall tile.</summary>
internal unsafe struct RowTile
{
    public fixed int A[6];
    public fixed int C[6];
    public int ATall, CTall;
    public int Rows;
    public bool Tall;
}
