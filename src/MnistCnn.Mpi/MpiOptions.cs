namespace MnistCnn.Mpi;

/// <summary>How ranks wait for each other. Immutable; checked on init.</summary>
public sealed record MpiOptions
{
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long one call may wait for the other ranks before it throws an <see cref="MpiException"/>. It must cover what one rank does while the others
    /// wait: reading data, a callback that writes a file, an interruption of the network that passes.
    /// </summary>
    /// <value>More than zero; 60 seconds by default. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits without limit.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan Timeout
    {
        get => timeout;
        init => timeout = value > TimeSpan.Zero || value == System.Threading.Timeout.InfiniteTimeSpan
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Timeout), value, $"Timeout: expected more than zero, found {value}.");
    }
}
