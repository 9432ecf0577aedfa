namespace MnistCnn.Kernels;

/// <summary>Where the rows of one tile are: offsets of 6 rows in A and C (repeated where there are fewer), and the distance to the second half of a tall tile.</summary>
internal unsafe struct RowTile
{
    public fixed int A[6];
    public fixed int C[6];
    public int ATall, CTall, Rows;
    public bool Tall;

    /// <summary>Takes up to 6 rows from lists of their offsets.</summary>
    public void Set(ReadOnlySpan<int> a, ReadOnlySpan<int> c)
    {
        for (int r = 0; r < 6; r++)
            (A[r], C[r]) = (a[Math.Min(r, a.Length - 1)], c[Math.Min(r, a.Length - 1)]);

        Rows = a.Length <= 4 ? 4 : 6;
    }
}
