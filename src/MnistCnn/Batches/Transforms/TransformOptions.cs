namespace MnistCnn.Batches;

/// <summary>Checks of what the options of transforms are set to.</summary>
internal static class TransformOptions
{
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range.</exception>
    public static float InRange(float value, float from, float to, [CallerMemberName] string name = "") => value >= from && value <= to
        ? value
        : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name}: expected {from} to {to}, found {value}."));

    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of its enumeration.</exception>
    public static T Member<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum => Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected {string.Join(", ", Enum.GetNames<T>())}, found {value}.");
}
