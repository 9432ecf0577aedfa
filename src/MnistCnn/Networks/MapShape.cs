namespace MnistCnn.Networks;

/// <summary>
/// What one image is between two layers: channels of height × width pixels. A vector is one pixel, and flat: PyTorch's tensor has no rows and columns.
/// </summary>
internal readonly record struct MapShape(int Channels, int Height, int Width)
{
    /// <summary>Numbers of one image.</summary>
    public int Length => checked(Channels * Height * Width);

    /// <summary>Whether there is one pixel.</summary>
    public bool IsVector => Height == 1 && Width == 1;

    /// <summary>Whether it has no rows and columns.</summary>
    public bool IsFlat { get; private init; }

    public static MapShape Vector(int length) => new(length, 1, 1) { IsFlat = true };

    /// <inheritdoc/>
    public override string ToString() => IsFlat ? $"[{Channels}]" : $"[{Channels}, {Height}, {Width}]";
}
