namespace MnistCnn;

/// <summary>How patient a <see cref="MnistDownloader"/> is, and where it keeps files.</summary>
public sealed record MnistDownloaderOptions
{
    private readonly int triesPerMirror = 3;
    private readonly TimeSpan idleTimeout = TimeSpan.FromSeconds(30);
    private readonly TimeSpan tryTimeout = TimeSpan.FromMinutes(5);
    private readonly TimeSpan firstDelay = TimeSpan.FromSeconds(0.5);

    /// <summary>The folder that holds one folder for each data set.</summary>
    /// <value>
    /// Null, the default, means the variable <c>MNISTCNN_CACHE</c>; if it is not set, <c>MnistCnn</c> in the user's cache folder: <c>$XDG_CACHE_HOME</c> or
    /// <c>~/.cache</c> on Linux,
    /// <c>~/Library/Caches</c> on macOS, <c>%LOCALAPPDATA%</c> on Windows.
    /// </value>
    public string? CacheDirectory { get; init; }

    /// <summary>How often a file is asked of one mirror while its failures look temporary; after other failures the next mirror is asked at once.</summary>
    /// <value>1 to 100. The default is 3.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public int TriesPerMirror
    {
        get => triesPerMirror;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(TriesPerMirror));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100, nameof(TriesPerMirror));
            triesPerMirror = value;
        }
    }

    /// <summary>The longest time without a byte.</summary>
    /// <value>Above 0, up to a day. The default is 30 seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public TimeSpan IdleTimeout
    {
        get => idleTimeout;
        init => idleTimeout = InRange(value);
    }

    /// <summary>The longest time for one try of one file, so that a mirror that sends a byte now and then does not block the download.</summary>
    /// <value>Above 0, up to a day. The default is 5 minutes.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public TimeSpan TryTimeout
    {
        get => tryTimeout;
        init => tryTimeout = InRange(value);
    }

    /// <summary>The pause before the second try of a mirror; it doubles with each further one.</summary>
    /// <value>Above 0, up to a day. The default is half a second.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public TimeSpan FirstDelay
    {
        get => firstDelay;
        init => firstDelay = InRange(value);
    }

    private static TimeSpan InRange(TimeSpan value, [CallerMemberName] string name = "") =>
        value > TimeSpan.Zero && value <= TimeSpan.FromDays(1) ? value : throw new ArgumentOutOfRangeException(name, value,
            "Expected more than 0 and at most a day.");
}
