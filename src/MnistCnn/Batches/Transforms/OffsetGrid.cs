namespace MnistCnn.Batches;

/// <summary>Offsets of pixels, given at the nodes of a square grid that spans the image, and bilinear between them.</summary>
/// <param name="side">Nodes in a row and in a column, 2 or more.</param>
/// <param name="right">The offsets to the right, [side, side], in pixels.</param>
/// <param name="down">The offsets down, [side, side], in pixels.</param>
internal readonly ref struct OffsetGrid(int side, ReadOnlySpan<float> right, ReadOnlySpan<float> down)
{
    private readonly ReadOnlySpan<float> right = right;
    private readonly ReadOnlySpan<float> down = down;

    /// <summary>Adds the offsets of a row to the places of its pixels; nothing where the grid is empty.</summary>
    /// <param name="xs">Places from left to right, [width].</param>
    /// <param name="ys">Places from top to bottom, [width].</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="height">Rows of the image.</param>
    [SkipLocalsInit]
    public void AddTo(Span<float> xs, Span<float> ys, int row, int height)
    {
        if (right.IsEmpty)
        {
            return;
        }

        float place = row * (side - 1f) / Math.Max(1, height - 1);
        int above = Math.Min((int)place, side - 2);
        float part = place - above;
        Span<float> rightInRow = stackalloc float[side], downInRow = stackalloc float[side];
        for (int node = 0; node < side; node++)
        {
            rightInRow[node] = Between(right[above * side + node], right[(above + 1) * side + node], part);
            downInRow[node] = Between(down[above * side + node], down[(above + 1) * side + node], part);
        }

        float perColumn = (side - 1f) / Math.Max(1, xs.Length - 1);
        for (int x = 0; x < xs.Length; x++)
        {
            float column = x * perColumn;
            int node = Math.Min((int)column, side - 2);
            xs[x] += Between(rightInRow[node], rightInRow[node + 1], column - node);
            ys[x] += Between(downInRow[node], downInRow[node + 1], column - node);
        }
    }

    private static float Between(float from, float to, float part) => from + part * (to - from);
}
