using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MnistCnn.Hosting;

/// <summary>The predictor of a file of weights, replaced as a whole when the file changes.</summary>
/// <remarks>
/// Thread-safe. A file that cannot be read, or that holds a model of other images or classes, is logged as a warning, and the predictor stays as it is: callers
/// never see half a model, nor one whose answers they could not understand. Such a file is tried again once it changes.
/// </remarks>
public sealed class CnnPredictorSource : IDisposable
{
    private readonly CnnPredictorServiceOptions options;
    private readonly ILogger logger;
    private readonly ITimer? timer;
    private readonly object reading = new();
    private volatile CnnPredictor current;
    private (DateTime Written, long Length) known;

    /// <summary>Reads the file, and looks after it from then on where the options say so.</summary>
    /// <param name="options">Which file, and whether to read it again.</param>
    /// <param name="logger">Receives a line at level Information for each reload, and a warning for each file that is not taken.</param>
    /// <exception cref="ArgumentException">The options name no file.</exception>
    /// <exception cref="Serialization.CheckpointFormatException">The file is not valid.</exception>
    /// <exception cref="IOException">The file cannot be read; it names the file.</exception>
    public CnnPredictorSource(CnnPredictorServiceOptions options, ILogger<CnnPredictorSource>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            throw new ArgumentException("Path: expected the path of a file of weights, found none.", nameof(options));
        }

        (this.options, this.logger) = (options, logger ?? NullLogger<CnnPredictorSource>.Instance);
        known = Stamp();
        current = Load();
        if (options.ReloadOnChange)
        {
            timer = options.Clock.CreateTimer(static source => ((CnnPredictorSource)source!).ReloadIfChanged(), this, options.CheckInterval,
                options.CheckInterval);
        }
    }

    /// <summary>What the file holds, or held when it was last good. Ask for it anew for each piece of work: it is another one after a reload.</summary>
    public CnnPredictor Current => current;

    /// <summary>Ends the looking after the file. <see cref="Current"/> stays usable.</summary>
    public void Dispose() => timer?.Dispose();

    private void ReloadIfChanged()
    {
        if (!Monitor.TryEnter(reading))
        {
            return; // The check before this one still reads the file.
        }

        try
        {
            (DateTime, long) stamp = Stamp();
            if (stamp != known)
            {
                // Before the file is read: what changes meanwhile is seen by the next check.
                known = stamp;
                Replace(Load());
            }
        }
        catch (Exception e)
        {
            // Nobody waits for this check: whatever keeps the file from being read must not end the process.
            HostingLog.Kept(logger, options.Path, e);
        }
        finally
        {
            Monitor.Exit(reading);
        }
    }

    private void Replace(CnnPredictor next)
    {
        if ((next.Height, next.Width) == (current.Height, current.Width) && next.ClassNames.SequenceEqual(current.ClassNames))
        {
            current = next;
            HostingLog.Reloaded(logger, options.Path);
            return;
        }

        HostingLog.OtherModel(logger, options.Path, Describe(current), Describe(next));
    }

    private CnnPredictor Load() => CnnPredictor.Load(options.Path, new CnnPredictorOptions { Threads = options.Threads });

    private (DateTime Written, long Length) Stamp()
    {
        FileInfo file = new(options.Path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static string Describe(CnnPredictor predictor) => FormattableString.Invariant(
        $"{predictor.Height}×{predictor.Width} pixels and {predictor.ClassNames.Count} classes ({string.Join(", ", predictor.ClassNames.Take(12))})");
}
