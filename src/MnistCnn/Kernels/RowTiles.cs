using System.Collections.Concurrent;

namespace MnistCnn.Kernels;

/// <summary>
/// The rows of a product, cut into tiles once. Rows may lie anywhere, so the same product serves matrices, windows of images and transposed operands.
/// Tiles may overlap or repeat a row at the end: they overwrite C and never add to it.
/// </summary>
internal sealed class RowTiles
{
    private static readonly ConcurrentDictionary<(int Rows, int A, int C), RowTiles> strided = new();

    /// <param name="a">Offset of each row in A.</param>
    /// <param name="c">Offset of each row in C.</param>
    public RowTiles(ReadOnlySpan<int> a, ReadOnlySpan<int> c) => (Wide, Tall) = (Cut(a, c, tall: false), Cut(a, c, tall: true));

    /// <summary>Tiles of up to 6 rows, for products as wide as the registers allow.</summary>
    public RowTile[] Wide { get; }

    /// <summary>Tiles of up to 12 rows where the rows allow it, for narrow products.</summary>
    public RowTile[] Tall { get; }

    /// <summary>Rows at a stride, made once for each size. Thread-safe.</summary>
    public static RowTiles Strided(int rows, int strideA, int strideC) => strided.GetOrAdd(
        (rows, strideA, strideC), static of => new RowTiles([.. Enumerable.Range(0, of.Rows).Select(r => r * of.A)], [.. Enumerable.Range(0, of.Rows).Select(r => r * of.C)]));

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

            int rows = left is 8 or <= 4 ? 4 : 6;
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

    private static RowTile Tile(ReadOnlySpan<int> a, ReadOnlySpan<int> c, int start, int rows)
    {
        RowTile tile = default;
        rows = Math.Min(rows, a.Length - start);
        tile.Set(a.Slice(start, rows), c.Slice(start, rows));
        return tile;
    }
}
