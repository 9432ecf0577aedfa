namespace MnistCnn.Networks;

/// <summary>What one image is between two layers: channels of height × width pixels; a vector has one pixel.</summary>
internal readonly record struct MapShape(int Channels, int Height, int Width)
{
    /// <summary>Numbers of one image.</summary>
    public int Length => checked(Channels * Height * Width);

    public bool IsVector => Height == 1 && Width == 1;

    /// <inheritdoc/>
    public override string ToString() => IsVector ? $"[{Channels}]" : $"[{Channels}, {Height}, {Width}]";
}
