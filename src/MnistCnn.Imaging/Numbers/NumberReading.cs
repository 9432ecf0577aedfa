namespace MnistCnn.Imaging;

/// <summary>What a <see cref="NumberReader"/> read in a picture.</summary>
/// <param name="Text">The names of the digits' classes in reading order, without separators; empty where no digit was found.</param>
/// <param name="Digits">The digits in reading order: line by line, from left to right.</param>
public sealed record NumberReading(string Text, IReadOnlyList<ReadDigit> Digits)
{
    /// <summary>The product of the digits' probabilities, 0 to 1; 0 where no digit was found.</summary>
    public float Probability => Digits.Count == 0 ? 0 : Digits.Aggregate(1f, (product, digit) => product * digit.Probability);
}
