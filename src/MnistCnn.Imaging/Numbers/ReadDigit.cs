namespace MnistCnn.Imaging;

/// <summary>A digit that was read.</summary>
/// <param name="Box">Where it is in the picture.</param>
/// <param name="ClassName">The most probable class.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
public sealed record ReadDigit(PictureBox Box, string ClassName, float Probability);
