using MnistCnn.Batches;

namespace MnistCnn.Samples.Pictures;

/// <summary>Corruptions in words.</summary>
internal static class CorruptionNames
{
    /// <summary>For instance <c>glass blur 1</c>; the number is left out where there is one severity.</summary>
    public static string Of(Corruption corruption, int severity)
    {
        string words = string.Concat($"{corruption}".Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}"
            : $"{char.ToLowerInvariant(letter)}"));
        return CorruptedDataset.SeveritiesOf(corruption) == 1 ? words : $"{words} {severity}";
    }
}
