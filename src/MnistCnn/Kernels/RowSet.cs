namespace MnistCnn.Kernels;

/// <summary>
/// The rows of A and C of a product: at strides, in lists, or anywhere, in a table that was cut into tiles once. Rows may lie anywhere, so the same product
/// serves matrices, windows of images and transposed operands. Tiles may overlap or repeat a row at the end: they overwrite C and never add to it.
/// </summary>
internal readonly unsafe struct RowSet
{
    private RowSet(int count, int strideA, int strideC) => (Count, StrideA, StrideC) = (count, strideA, strideC);

    private RowSet(int count, int* listA, int* listC)
    {
        Count = count;
        ListA = listA;
        ListC = listC;
    }

    private RowSet(RowTile[] wide, RowTile[] tall) => (Wide, Tall) = (wide, tall);

    public int Count { get; }

    /// <summary>Floats from row to row of A, and of C, where the rows are at strides.</summary>
    public int StrideA { get; }

    public int StrideC { get; }

    /// <summary>Offset of each row in A, and in C, where the rows are listed; else null.</summary>
    public int* ListA { get; }

    public int* ListC { get; }

    /// <summary>Tiles of up to 6 rows, for products as wide as the registers allow; null where the rows are in no table.</summary>
    public RowTile[]? Wide { get; }

    /// <summary>Tiles of up to 12 rows where the rows allow it, for narrow products.</summary>
    public RowTile[]? Tall { get; }

    public static RowSet Strided(int count, int strideA, int strideC) => new(count, strideA, strideC);

    public static RowSet Listed(int count, int* listA, int* listC) => new(count, listA, listC);

    /// <param name="a">Offset of each row in A.</param>
    /// <param name="c">Offset of each row in C.</param>
    public static RowSet Table(ReadOnlySpan<int> a, ReadOnlySpan<int> c) => new(Cut(a, c, tall: false), Cut(a, c, tall: true));

    private static RowTile[] Cut(ReadOnlySpan<int> a, ReadOnlySpan<int> c, bool tall)
    {
        List<RowTile> tiles = [];
        for (int start = 0; start < a.Length;)
        {
            (int rows, int second) = RowTile.Next(a.Length - start, tall);
            if (second > 0 && !(IsAtOneDistance(a[start..], rows, second) && IsAtOneDistance(c[start..], rows, second)))
            {
                (rows, second) = RowTile.Next(a.Length - start, tall: false);
            }

            RowTile tile = default;
            tile.Set(a.Slice(start, rows), c.Slice(start, rows));
            tiles.Add(tile with { Tall = second > 0, ATall = a[start + second] - a[start], CTall = c[start + second] - c[start] });
            start += second + rows;
        }

        return [.. tiles];
    }

    private static bool IsAtOneDistance(ReadOnlySpan<int> offsets, int rows, int second)
    {
        for (int r = 1; r < rows; r++)
        {
            if (offsets[second + r] - offsets[r] != offsets[second] - offsets[0])
            {
                return false;
            }
        }

        return true;
    }
}
