namespace MnistCnn.Hosting;

/// <summary>
/// Which model an application serves. Immutable; every value is checked when it is set, and a value out of range is an <see cref="ArgumentException"/> that
/// names the option. <c>services.Configure&lt;CnnPredictorServiceOptions&gt;(section)</c> fills it from a section of the configuration.
/// </summary>
public sealed record CnnPredictorServiceOptions
{
    /// <summary>The file of weights or the checkpoint, as <c>CnnPredictor.Load</c> reads it.</summary>
    /// <value>A path. Empty by default, which <see cref="CnnPredictorSource"/> refuses.</value>
    public string Path { get; init; } = "";

    /// <summary>Threads over which one call splits its images; see <see cref="CnnPredictorOptions.Threads"/>.</summary>
    /// <value>1 or more; 0, the default: as many as the process has processors.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int Threads
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Threads), value, $"Threads: expected 0 (one a processor) or more, found {value}.");
    }

    /// <summary>Whether the file is read again when it changes.</summary>
    /// <value>False by default.</value>
    public bool ReloadOnChange { get; init; }

    /// <summary>How often to look whether the file has changed, by its time and length.</summary>
    /// <value>Above zero, at most a day; one second by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside this range.</exception>
    public TimeSpan CheckInterval
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(1)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(CheckInterval), value, FormattableString.Invariant($"CheckInterval: expected a time above zero and of at most a day, found {value}."));
    } = TimeSpan.FromSeconds(1);

    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
