namespace MnistCnn.Imaging;

/// <summary>A rectangle in a picture, in pixels from its upper left corner, after the picture was turned upright.</summary>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct PictureBox(int Left, int Top, int Width, int Height)
{
    /// <summary>The column after the last one.</summary>
    public int Right => Left + Width;

    /// <summary>The row after the last one.</summary>
    public int Bottom => Top + Height;

    internal PictureBox Union(PictureBox other)
    {
        (int left, int top) = (Math.Min(Left, other.Left), Math.Min(Top, other.Top));
        return new PictureBox(left, top, Math.Max(Right, other.Right) - left, Math.Max(Bottom, other.Bottom) - top);
    }

    /// <summary>Columns in common; below 0, the columns between the two.</summary>
    internal int OverlapX(PictureBox other) => Math.Min(Right, other.Right) - Math.Max(Left, other.Left);

    /// <summary>Rows in common; below 0, the rows between the two.</summary>
    internal int OverlapY(PictureBox other) => Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
}
