namespace MnistCnn;

/// <summary>How a <see cref="CnnPredictor"/> works. Immutable; checked on init.</summary>
public sealed record CnnPredictorOptions
{
    private readonly int threads;

    /// <summary>Threads over which one call splits its images, the calling one among them. A single image is always the calling thread's.</summary>
    /// <value>1 or more; 0, the default: as many as the process has processors.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int Threads
    {
        get => threads;
        init => threads = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Threads), value, $"Threads: expected 0 (one a processor) or more, found {value}.");
    }
}
