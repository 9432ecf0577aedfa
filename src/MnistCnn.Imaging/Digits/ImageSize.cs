namespace MnistCnn.Imaging;

/// <summary>The size of a prepared image.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal readonly record struct ImageSize(int Height, int Width)
{
    public const int LargestSide = 1024;

    private const int SideOfMnist = 28, DigitOfMnist = 20;

    /// <summary>The larger side of a digit in the image: 20 of 28 pixels, as in MNIST.</summary>
    public int DigitSide => Math.Max(1, (int)Math.Round((double)DigitOfMnist * Math.Min(Height, Width) / SideOfMnist));

    /// <exception cref="ArgumentOutOfRangeException">A side is outside 1 to 1024.</exception>
    public static ImageSize Of(int height, int width) => new(CheckedSide(height, nameof(height)), CheckedSide(width, nameof(width)));

    /// <exception cref="ArgumentOutOfRangeException">The side is outside 1 to 1024.</exception>
    public static int CheckedSide(int side, string name) =>
        side is >= 1 and <= LargestSide
            ? side
            : throw new ArgumentOutOfRangeException(name, side, $"{name}: expected 1 to {LargestSide} pixels, found {side}.");
}
