using MnistCnn.Imaging;

namespace MnistCnn.Samples.Answers;

/// <summary>A digit of a number, and where in the picture it is, in pixels.</summary>
/// <param name="Digit">The name of the most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal sealed record PlacedDigit(string Digit, float Probability, int Left, int Top, int Width, int Height)
{
    public static PlacedDigit Of(ReadDigit digit) =>
        new(digit.ClassName, digit.Probability, digit.Box.Left, digit.Box.Top, digit.Box.Width, digit.Box.Height);
}
