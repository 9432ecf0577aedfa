namespace MnistCnn.Imaging;

/// <summary>A decoded picture.</summary>
/// <param name="Pixels">Row by row, 0 black to 255 white.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="IsLossy">Whether the format leaves faint traces around edges.</param>
internal sealed record GreyPicture(float[] Pixels, int Width, int Height, bool IsLossy);
