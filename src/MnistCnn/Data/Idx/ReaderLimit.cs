namespace MnistCnn.Data;

/// <summary>The limit on what a reader of files allocates.</summary>
internal static class ReaderLimit
{
    /// <summary>256 MiB.</summary>
    public const long Default = 256L << 20;

    /// <summary>A limit, if it is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1, or above the largest array of .NET.</exception>
    public static long Check(long value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Array.MaxLength);
        return value;
    }
}
