using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>Makes shuffled, transformed batches of tensors from a data set.</summary>
/// <remarks>
/// <para>Each image comes exactly once an epoch (but for a last short batch that <see cref="BatchLoaderOptions.DropLast"/> leaves out, and where classes are
/// <see cref="BatchLoaderOptions.Balanced"/>). Order and transforms depend on seed, epoch and index alone: the batches are the same on every machine and for
/// every number of threads.</para>
/// <para>Without transforms all threads fill the batch that is asked for. With them the next batches are prepared on other threads, one on each, while the
/// caller works on the current one. Thread-safe, but one enumerator serves one thread.</para>
/// </remarks>
public sealed class BatchLoader
{
    private readonly BatchAssembler assembler;
    private readonly BatchLoaderOptions options;

    /// <summary>Prepares a loader; nothing is read before an epoch begins.</summary>
    /// <param name="data">The images.</param>
    /// <param name="options">How to make batches; null for the defaults.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has less than one batch and incomplete batches are left out; or classes are balanced
    /// without shuffling.</exception>
    public BatchLoader(IMnistDataset data, BatchLoaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        this.options = options ?? new BatchLoaderOptions();
        if (data.Count < (this.options.DropLast ? this.options.BatchSize : 1))
        {
            throw new ArgumentException($"Expected at least {(this.options.DropLast ? this.options.BatchSize : 1)} images, found {data.Count}.", nameof(data));
        }

        if (this.options is { Balanced: true, Shuffle: false })
        {
            throw new ArgumentException(
                "Balanced: expected Shuffle beside it, found Shuffle false: an order of classes in equal numbers is not that of the data set.",
                nameof(options));
        }

        assembler = new BatchAssembler(data, this.options);
    }

    /// <summary>Batches in an epoch.</summary>
    public int StepsPerEpoch => assembler.StepsPerEpoch;

    internal int Height => assembler.Height;

    internal int Width => assembler.Width;

    internal bool IsOnCpu => options.Device is null || options.Device.type == DeviceType.CPU;

    /// <summary>The batches of an epoch.</summary>
    /// <param name="epoch">1 or more; each epoch has an order and transforms of its own.</param>
    /// <returns><see cref="StepsPerEpoch"/> batches, made while one enumerates. The caller disposes each of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is below 1.</exception>
    public IEnumerable<MnistBatch> Epoch(int epoch) => Epoch(epoch, 1);

    /// <summary>
    /// The batches of an epoch from a given step on, the same as if the epoch had begun at its first: for going on in the middle of an epoch.
    /// </summary>
    /// <param name="epoch">1 or more; each epoch has an order and transforms of its own.</param>
    /// <param name="firstStep">1 to <see cref="StepsPerEpoch"/> + 1; the last value gives no batch.</param>
    /// <returns>The batches, made while one enumerates. The caller disposes each of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public IEnumerable<MnistBatch> Epoch(int epoch, int firstStep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstStep, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstStep, StepsPerEpoch + 1);
        return options.Transforms.Count == 0 ? Lazy(epoch, firstStep).Select(Read) : Ahead(epoch, firstStep);
    }

    /// <summary>The same batches before their images are read.</summary>
    internal IEnumerable<LazyBatch> Lazy(int epoch, int firstStep = 1)
    {
        int[] order = assembler.OrderOf(epoch);
        for (int step = firstStep; step <= StepsPerEpoch; step++)
        {
            yield return new LazyBatch(assembler, assembler.BatchOf(order, step), epoch);
        }
    }

    /// <summary>A batch in tensors on the device, the caller's.</summary>
    internal MnistBatch Read(LazyBatch batch) => batch.ToTensors(Threads, options.Device);

    private int Threads => options.Threads == 0 ? Environment.ProcessorCount : options.Threads;

    private IEnumerable<MnistBatch> Ahead(int epoch, int firstStep)
    {
        using IEnumerator<LazyBatch> lazy = Lazy(epoch, firstStep).GetEnumerator();
        Queue<PendingBatch> pending = new();
        try
        {
            do
            {
                // The batch that is needed now, and one more for each thread.
                while (pending.Count <= Threads && lazy.MoveNext())
                {
                    pending.Enqueue(Start(lazy.Current));
                }

                if (pending.TryDequeue(out PendingBatch? current))
                {
                    yield return Complete(current);
                }
            }
            while (pending.Count > 0);
        }
        finally
        {
            foreach (PendingBatch batch in pending)
            {
                batch.Dispose();
            }
        }
    }

    private static PendingBatch Start(LazyBatch source)
    {
        PendingBatch batch = new(source);
        batch.FillOnAnotherThread();
        return batch;
    }

    private MnistBatch Complete(PendingBatch pending)
    {
        using (pending)
        {
            return pending.Complete(options.Device);
        }
    }
}
