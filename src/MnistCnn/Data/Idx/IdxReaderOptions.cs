namespace MnistCnn.Data;

/// <summary>Limits for reading IDX files.</summary>
public sealed record IdxReaderOptions
{
    /// <summary>The largest payload that is accepted, in bytes after decompression; checked before anything of that size is allocated.</summary>
    /// <value>1 to 2,147,483,591 (the largest array of .NET). The default is 268,435,456 (256 MiB).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public long MaxBytes { get; init => field = ReaderLimit.Check(value); } = ReaderLimit.Default;

    internal static IdxReaderOptions Default { get; } = new();
}
