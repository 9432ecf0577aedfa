using MnistCnn.Imaging;

namespace MnistCnn.Samples.Results;

/// <summary>A number that was read, as JSON lists it.</summary>
internal static class NumberAnswer
{
    public static object Digits(NumberReading reading) => reading.Digits.Select(digit => new
    {
        digit = digit.ClassName,
        probability = digit.Probability,
        left = digit.Box.Left,
        top = digit.Box.Top,
        width = digit.Box.Width,
        height = digit.Box.Height,
    });
}
