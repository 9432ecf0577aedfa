using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MnistCnn.Training;

namespace MnistCnn.Mpi;

/// <summary>
/// The ranks that <c>mpirun</c> started, over the Open MPI 4 (<c>libmpi.so.40</c>) or MPICH (<c>libmpich.so.12</c>) that is installed. One in the life of a
/// process, since MPI cannot be initialised twice.
/// </summary>
/// <remarks>
/// While it exists, an uncaught exception ends all ranks: its stack goes to the logger and to standard error, then MPI_Abort is called. A call
/// that waits polls: it keeps a core busy at first and sleeps between polls once it has waited for long. Belongs to one thread at a time.
/// </remarks>
public sealed partial class MpiCollective : ICollective
{
    private const long LargestExactCount = 1 << 24;
    private static int Initialized;

    private readonly MpiLibrary library;
    private readonly MpiExchange exchange;
    private readonly ILogger logger;
    private readonly RankFailure failure;
    private readonly ExchangeBuffer buffer = new();
    private bool disposed;

    private MpiCollective(MpiLibrary library, int rank, int worldSize, int ranksOnThisMachine, MpiOptions options, ILogger logger)
    {
        (this.library, this.logger, Rank, WorldSize, RanksOnThisMachine) = (library, logger, rank, worldSize, ranksOnThisMachine);
        exchange = new MpiExchange(library, options.Timeout, string.Create(CultureInfo.InvariantCulture, $"{rank} of {worldSize}"));
        failure = new RankFailure(library, exchange.Exclusive, logger, rank, worldSize);
    }

    /// <summary>
    /// Whether a launcher of MPI started this process as one of several: the variables <c>OMPI_COMM_WORLD_SIZE</c> or <c>PMI_SIZE</c> say so.
    /// </summary>
    public static bool IsLaunched => MpiLauncher.Detect(Environment.GetEnvironmentVariable).Ranks > 1;

    /// <summary>The rank that a launcher of MPI gave this process, known before <see cref="Initialize"/>; 0 without a launcher.</summary>
    public static int LaunchedRank => MpiLauncher.Detect(Environment.GetEnvironmentVariable).Rank;

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int WorldSize { get; }

    /// <summary>How many of the ranks run on this machine, as the launcher says: they share its cores.</summary>
    public int RanksOnThisMachine { get; }

    /// <summary>Loads MPI and joins the ranks that the launcher started; a process without a launcher is rank 0 of 1.</summary>
    /// <param name="options">How long to wait; the defaults where null.</param>
    /// <param name="logger">Receives the name of the library, and the exception that ends the ranks.</param>
    /// <exception cref="MpiUnavailableException">MPI is not installed, or is not the one that the launcher belongs to.</exception>
    /// <exception cref="MpiException">MPI could not be initialised.</exception>
    /// <exception cref="InvalidOperationException">It was initialised before in this process.</exception>
    public static MpiCollective Initialize(MpiOptions? options = null, ILogger<MpiCollective>? logger = null)
    {
        MpiLauncher launcher = MpiLauncher.Detect(Environment.GetEnvironmentVariable);
        NativeEnvironment.KeepErrorSignals();
        MpiLibrary library = MpiLibrary.Load(launcher.Libraries);
        if (Interlocked.Exchange(ref Initialized, 1) != 0)
        {
            throw new InvalidOperationException("MpiCollective: expected one Initialize a process, found a second.");
        }

        int code = library.Initialize(out int rank, out int size);
        if (code != 0)
        {
            throw new MpiException($"MPI_Init_thread: expected success from '{library.Name}', found error {library.ErrorText(code)}.");
        }

        if (size != launcher.Ranks)
        {
            library.FinalizeWorld();
            throw new MpiUnavailableException(
                $"MPI: expected {launcher.Ranks} ranks, as the launcher ({launcher.Name}) says, found {size} in '{library.Name}'. Start the program with "
                    + "the mpirun of the library that is installed.");
        }

        MpiCollective collective = new(library, rank, size, launcher.RanksOnThisMachine, options ?? new MpiOptions(), (ILogger?)logger ?? NullLogger.Instance);
        collective.LogJoined(rank, size, library.Name);
        return collective;
    }

    /// <inheritdoc/>
    /// <exception cref="MpiException">MPI failed, or the other ranks did not come in time.</exception>
    public void Broadcast(Span<byte> values)
    {
        for (int start = 0; start < values.Length; start += ExchangeBuffer.MaxBytes)
        {
            Span<byte> part = values.Slice(start, Math.Min(ExchangeBuffer.MaxBytes, values.Length - start));
            Span<byte> shared = Take<byte>(part.Length);
            part.CopyTo(shared);
            Complete("MPI_Ibcast", library.StartBroadcast(buffer.Address, part.Length, MpiElement.Byte, out nint request), request);
            shared.CopyTo(part);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="MpiException">MPI failed, or the other ranks did not come in time.</exception>
    public long AllReduceMean(Span<float> sums, long localCount)
    {
        if (localCount < 0 || localCount > LargestExactCount / WorldSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(localCount), localCount,
                    $"localCount: expected 0 to {LargestExactCount / WorldSize} for each of {WorldSize} ranks, found {localCount}.");
        }

        const int Most = ExchangeBuffer.MaxBytes / sizeof(float) / 4;
        float count = localCount;
        for (int start = 0; start == 0 || start < sums.Length; start += Most)
        {
            Span<float> part = sums.Slice(start, Math.Min(Most, sums.Length - start));
            int slice = part.Length / WorldSize + 1, length = WorldSize * slice;
            Span<float> all = Take<float>(2 * length + slice);
            Span<float> own = all[..length], ofOthers = all.Slice(length, length), sum = all[(2 * length)..];
            part.CopyTo(own);
            own[part.Length..].Fill(localCount);

            // Each rank adds up one slice in the order of ranks, and gives it to all: half the traffic of a reduction to one rank, and the same bits
            // everywhere.
            Complete("MPI_Ialltoall", library.StartAllToAll(buffer.Address, buffer.Address + length * sizeof(float), slice, MpiElement.Float,
                out nint request), request);
            ofOthers[..slice].CopyTo(sum);
            for (int rank = 1; rank < WorldSize; rank++)
            {
                RankSums.Add(sum, ofOthers.Slice(rank * slice, slice));
            }

            Complete("MPI_Iallgather", library.StartAllGather(buffer.Address + 2 * length * sizeof(float), buffer.Address, slice, MpiElement.Float,
                out request), request);
            count = own[part.Length];
            RankSums.Divide(own[..part.Length], count == 0 ? 1 : count, part);
        }

        return (long)count;
    }

    /// <inheritdoc/>
    /// <exception cref="MpiException">MPI failed, or the other ranks did not come in time.</exception>
    public void AllReduceSum(Span<long> sums)
    {
        const int Most = ExchangeBuffer.MaxBytes / sizeof(long);
        for (int start = 0; start < sums.Length; start += Most)
        {
            Span<long> part = sums.Slice(start, Math.Min(Most, sums.Length - start));
            Span<long> shared = Take<long>(part.Length);
            part.CopyTo(shared);
            Complete("MPI_Iallreduce", library.StartAllReduce(buffer.Address, shared.Length, MpiElement.Int64, out nint request), request);
            shared.CopyTo(part);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="MpiException">MPI failed, or the other ranks did not come in time.</exception>
    public void Barrier()
    {
        ThrowUnlessUsable();
        Complete("MPI_Ibarrier", library.StartBarrier(out nint request), request);
    }

    /// <inheritdoc/>
    public void Fault(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        failure.Report(cause);
    }

    /// <summary>
    /// Waits until all ranks are here and finalises MPI. After <see cref="Fault"/>, a failed call, or where the others do not come in time, it ends all
    /// ranks, this one included, with a non-zero exit code.
    /// </summary>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        try
        {
            if (failure.Cause is null)
            {
                Barrier();
            }
        }
        catch (MpiException e)
        {
            Fault(e);
        }

        disposed = true;
        failure.AbortIfReported();
        failure.Dispose();
        library.FinalizeWorld();
        buffer.Dispose();
    }

    private Span<T> Take<T>(int count)
        where T : unmanaged
    {
        ThrowUnlessUsable();
        return buffer.Take<T>(count);
    }

    private void Complete(string call, int started, nint request)
    {
        try
        {
            exchange.Complete(call, started, request);
        }
        catch (MpiException e)
        {
            Fault(e);
            throw;
        }
    }

    private void ThrowUnlessUsable()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        failure.ThrowIfReported();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Rank {Rank} of {WorldSize}, over {Library}")]
    private partial void LogJoined(int rank, int worldSize, string library);
}
