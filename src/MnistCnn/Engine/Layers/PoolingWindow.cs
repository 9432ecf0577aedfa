using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>The windows of a <see cref="Pooling"/> layer.</summary>
/// <param name="IsMaximum">Whether the greatest number is taken, else the mean.</param>
/// <param name="Height">Rows of a window.</param>
/// <param name="Width">Columns of a window.</param>
/// <param name="Stride">Pixels from window to window.</param>
/// <param name="Padding">Pixels around the map.</param>
internal sealed record PoolingWindow(bool IsMaximum, int Height, int Width, int Stride, int Padding)
{
    /// <summary>The windows of a layer; null where it is none that pools.</summary>
    public static PoolingWindow? Of(LayerDescription layer, MapShape input) => layer switch
    {
        MaxPoolDescription max => new(true, max.Kernel, max.Kernel, max.Stride, max.Padding),
        AveragePoolDescription mean => new(false, mean.Kernel, mean.Kernel, mean.Stride, mean.Padding),
        GlobalAveragePoolDescription => new(false, input.Height, input.Width, 1, 0),
        _ => null,
    };

    /// <summary>The rows of a window that are in the map.</summary>
    public (int First, int End) Rows(int output, int height) => Clip(output, Height, height);

    /// <summary>The columns of a window that are in the map.</summary>
    public (int First, int End) Columns(int output, int width) => Clip(output, Width, width);

    private (int First, int End) Clip(int output, int kernel, int side) =>
        (Math.Max(0, output * Stride - Padding), Math.Min(side, output * Stride - Padding + kernel));
}
