namespace MnistCnn.Data;

/// <summary>Limits for reading NumPy files.</summary>
public sealed record NpyReaderOptions
{
    private readonly long maxBytes = 256L << 20;

    /// <summary>The largest array that is accepted, in bytes after decompression; checked before anything of that size is allocated.</summary>
    /// <value>1 to 2,147,483,591 (the largest array of .NET). The default is 268,435,456 (256 MiB).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public long MaxBytes
    {
        get => maxBytes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Array.MaxLength);
            maxBytes = value;
        }
    }

    internal static NpyReaderOptions Default { get; } = new();
}
