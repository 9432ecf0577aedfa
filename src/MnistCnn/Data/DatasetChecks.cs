using System.Diagnostics.CodeAnalysis;

namespace MnistCnn.Data;

internal static class DatasetChecks
{
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    public static string[] ClassNames(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return [.. Digits];
        }

        if (names.Count is < 1 or > 256 || names.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"Expected 1 to 256 class names, none of them empty, found {names.Count}.", nameof(names));
        }

        return [.. names];
    }

    public static void Memory(int pixels, ReadOnlySpan<byte> labels, int height, int width, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (labels.IsEmpty)
        {
            throw new ArgumentException("Expected at least one label, found none.", nameof(labels));
        }

        if ((Int128)labels.Length * height * width != pixels)
        {
            throw new ArgumentException($"Expected {labels.Length} × {height} × {width} = {(Int128)labels.Length * height * width} bytes, found {pixels}.",
                nameof(pixels));
        }

        int wrong = labels.IndexOfAnyExceptInRange((byte)0, (byte)(classCount - 1));
        if (wrong >= 0)
        {
            throw new ArgumentException($"Expected labels 0 to {classCount - 1}, found label {labels[wrong]} at index {wrong}.", nameof(labels));
        }
    }

    [DoesNotReturn]
    public static void ThrowIndex(int index, int count) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"Expected an index of 0 to {count - 1}.");
}
