namespace MnistCnn.Kernels;

/// <summary>
/// Where the rows of one tile are: offsets of 6 rows in A and C (repeated where there are fewer), and the distance to the second half of a tall tile.
/// </summary>
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
        {
            (A[r], C[r]) = (a[Math.Min(r, a.Length - 1)], c[Math.Min(r, a.Length - 1)]);
        }

        (Rows, Tall) = (a.Length <= 4 ? 4 : 6, false);
    }

    /// <summary>Takes up to 6 rows at strides from row 0, and as many again from row <paramref name="second"/> if that is not 0.</summary>
    public void Set(int rows, int strideA, int strideC, int second)
    {
        for (int r = 0; r < 6; r++)
        {
            (A[r], C[r]) = (Math.Min(r, rows - 1) * strideA, Math.Min(r, rows - 1) * strideC);
        }

        (Rows, Tall, ATall, CTall) = (rows <= 4 ? 4 : 6, second > 0, second * strideA, second * strideC);
    }

    /// <summary>Rows up to which the way to cut depends on how many are left.</summary>
    public const int MostRows = 16;

    /// <summary>How to cut the next tile from the rows that are left: the rows of a half, and where the second half begins, 0 for a tile without.</summary>
    public static (int Rows, int Second) Next(int left, bool tall)
    {
        int half = left is 7 or 8 or 15 or 16 ? 4 : 6;
        return tall && left > 6 ? (half, Math.Min(half, left - half)) : (Math.Min(left is 8 or <= 4 ? 4 : 6, left), 0);
    }
}
