namespace MnistCnn.Kernels;

/// <summary>
/// The rows of a product, cut into tiles once. Rows may lie anywhere, so the same product serves matrices, windows of images and transposed operands.
/// Tiles may overlap or repeat a row at the end: they overwrite C and never add to it.
/// </summary>
internal sealed class RowTiles
{
    /// <param name="a">Offset of each row in A.</param>
    /// <param name="c">Offset of each row in C.</param>
    public RowTiles(ReadOnlySpan<int> a, ReadOnlySpan<int> c)
    {
        Wide = Cut(a, c, tall: false);
        Tall = Cut(a, c, tall: true);
    }

    /// <summary>Tiles of up to 6 rows, for products as wide as the registers allow.</summary>
    public RowTile[] Wide { get; }

    /// <summary>Tiles of up to 12 rows where the rows allow it, for narrow products.</summary>
    public RowTile[] Tall { get; }

    public static RowTiles Strided(int rows, int strideA, int strideC)
    {
        int[] a = new int[rows], c = new int[rows];
        for (int r = 0; r < rows; r++)
            (a[r], c[r]) = (r * strideA, r * strideC);

        return new RowTiles(a, c);
    }

    private static RowTile[] Cut(ReadOnlySpan<int> a, ReadOnlySpan<int> c, bool tall)
    {
        List<RowTile> tiles = [];
        for (int start = 0; start < a.Length;)
        {
            int left = a.Length - start;
            if (tall && left > 6)
            {
                int half = left is 7 or 8 or 15 or 16 ? 4 : 6, second = Math.Min(start + half, a.Length - half);
                if (TryTall(a, c, start, second, half) is { } tile)
                {
                    tiles.Add(tile);
                    start = second + half;
                    continue;
                }
            }

            int rows = left == 1 ? 1 : left is 8 or <= 4 ? 4 : 6;
            tiles.Add(Tile(a, c, start, rows));
            start += rows;
        }

        return [.. tiles];
    }

    private static RowTile? TryTall(ReadOnlySpan<int> a, ReadOnlySpan<int> c, int first, int second, int half)
    {
        int distanceA = a[second] - a[first], distanceC = c[second] - c[first];
        for (int r = 1; r < half; r++)
        {
            if (a[second + r] - a[first + r] != distanceA || c[second + r] - c[first + r] != distanceC)
                return null;
        }

        return Tile(a, c, first, half) with { Tall = true, ATall = distanceA, CTall = distanceC };
    }

    private static unsafe RowTile Tile(ReadOnlySpan<int> a, ReadOnlySpan<int> c, int start, int rows)
    {
        RowTile tile = default;
        fixed (int* listA = a, listC = c)
            tile.Set(listA + start, listC + start, Math.Min(rows, a.Length - start));

        return tile;
    }
}
