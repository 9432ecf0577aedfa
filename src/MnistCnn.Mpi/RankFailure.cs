using Microsoft.Extensions.Logging;

namespace MnistCnn.Mpi;

/// <summary>Why a rank cannot go on, and the end of all ranks that follows: also for an uncaught exception, until it is disposed.</summary>
internal sealed partial class RankFailure : IDisposable
{
    private const int ExitCode = 1;

    private readonly MpiLibrary library;
    private readonly object exclusive;
    private readonly ILogger logger;
    private readonly int rank, worldSize;

    /// <param name="library">Ends the ranks.</param>
    /// <param name="exclusive">Held while the library is called.</param>
    /// <param name="logger">Told why.</param>
    /// <param name="rank">This one.</param>
    /// <param name="worldSize">Of so many.</param>
    public RankFailure(MpiLibrary library, object exclusive, ILogger logger, int rank, int worldSize)
    {
        (this.library, this.exclusive, this.logger, this.rank, this.worldSize) = (library, exclusive, logger, rank, worldSize);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
    }

    /// <summary>The first that was reported.</summary>
    public Exception? Cause { get; private set; }

    public void Report(Exception cause) => Cause ??= cause;

    public void ThrowIfReported()
    {
        if (Cause is not null)
        {
            throw new InvalidOperationException($"MPI: expected a working collective, found one that failed before: {Cause.Message}", Cause);
        }
    }

    public void AbortIfReported()
    {
        if (Cause is not null)
        {
            Abort(Cause);
        }
    }

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs e) => Abort(e.ExceptionObject);

    private void Abort(object cause)
    {
        LogAbort(rank, worldSize, cause);
        NativeEnvironment.WriteToStandardError($"Rank {rank} of {worldSize} ends all ranks: {cause}{Environment.NewLine}");
        lock (exclusive)
        {
            library.Abort(ExitCode);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Rank {Rank} of {WorldSize} ends all ranks: {Cause}")]
    private partial void LogAbort(int rank, int worldSize, object cause);
}
