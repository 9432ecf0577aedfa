namespace MnistCnn.Samples.Tests;

/// <summary>Digits as they are drawn; the points are shares of the paper's side.</summary>
internal static class Strokes
{
    public static readonly (double X, double Y)[] One = [(0.52, 0.2), (0.5, 0.5), (0.48, 0.8)];

    public static readonly (double X, double Y)[] Zero =
        [.. Enumerable.Range(0, 33).Select(i => (0.5 + 0.2 * Math.Sin(i * Math.PI / 16), 0.5 - 0.3 * Math.Cos(i * Math.PI / 16)))];

    public static readonly (double X, double Y)[] Seven = [(0.28, 0.22), (0.5, 0.22), (0.7, 0.22), (0.6, 0.45), (0.5, 0.65), (0.42, 0.84)];

    private static readonly (double X, double Y)[][] Four = [[(0.36, 0.2), (0.3, 0.55), (0.72, 0.55)], [(0.6, 0.25), (0.6, 0.55), (0.58, 0.85)]];

    /// <summary>4, 0 and 7 side by side on the wide paper, each as high as on the square one.</summary>
    public static readonly (double X, double Y)[][] FourZeroSeven = [Beside(Four[0], 0.2), Beside(Four[1], 0.2), Beside(Zero, 0.5), Beside(Seven, 0.8)];

    private static (double X, double Y)[] Beside((double X, double Y)[] stroke, double center) =>
        [.. stroke.Select(point => (center + (point.X - 0.5) * 0.4, point.Y))];
}
