using MnistCnn.Imaging;

namespace MnistCnn.Samples.Answers;

/// <summary>A number that was read.</summary>
/// <param name="Number">Its digits, or letters.</param>
/// <param name="Probability">The probability that all of them are right.</param>
/// <param name="Digits">Each of them.</param>
internal sealed record NumberAnswer(string Number, float Probability, IReadOnlyList<PlacedDigit> Digits)
{
    public static NumberAnswer Of(NumberReading reading) => new(reading.Text, reading.Probability, [.. reading.Digits.Select(PlacedDigit.Of)]);
}
