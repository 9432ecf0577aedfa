namespace MnistCnn.Imaging;

/// <summary>A digit found in a picture.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Image">The digit alone, prepared as by <see cref="DigitImage.Prepare(string, int, int)"/>: row by row, 0 background to 255 ink. The caller owns
/// the array.</param>
public sealed record FoundDigit(PictureBox Box, byte[] Image);
