using System.Runtime.InteropServices;

namespace MnistCnn.Training;

/// <summary>
/// The processes that train one model together, each on its share of every batch. Rank 0 writes what is written once: log lines, checkpoints, pictures.
/// </summary>
/// <remarks>
/// All ranks make the same calls in the same order; each call waits for the others. An instance belongs to one thread at a time. Whoever made it disposes
/// it, after the last run that uses it.
/// </remarks>
public interface ICollective : IDisposable
{
    /// <summary>The number of this process, from 0 to <see cref="WorldSize"/> − 1.</summary>
    int Rank { get; }

    /// <summary>The number of processes, 1 or more.</summary>
    int WorldSize { get; }

    /// <summary>Replaces the bytes of every rank by those of rank 0.</summary>
    /// <param name="values">As many on each rank.</param>
    void Broadcast(Span<byte> values);

    /// <summary>Replaces the numbers of every rank by those of rank 0.</summary>
    /// <param name="values">As many on each rank.</param>
    void Broadcast(Span<float> values) => Broadcast(MemoryMarshal.AsBytes(values));

    /// <summary>
    /// Replaces each sum by the mean over the items of all ranks: the ranks' sums added up, divided by their counts added up. One exchange; all ranks get
    /// the same bits.
    /// </summary>
    /// <param name="sums">Sums over this rank's items, as many sums on each rank; all zero where it has no item.</param>
    /// <param name="localCount">This rank's items, 0 or more.</param>
    /// <returns>The items of all ranks. At most 2²⁴ = 16,777,216, up to which float32 counts exactly; without any item the sums stay zero.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="localCount"/> is negative, or so large that the total could pass 2²⁴.</exception>
    long AllReduceMean(Span<float> sums, long localCount);

    /// <summary>Replaces each number by its sum over all ranks, exactly.</summary>
    /// <param name="sums">As many on each rank; a total that leaves the range of int64 wraps around.</param>
    void AllReduceSum(Span<long> sums);

    /// <summary>Returns once every rank has called it.</summary>
    void Barrier();

    /// <summary>
    /// Says that this rank cannot go on: the others would wait for it without end. Every later call throws, and <see cref="IDisposable.Dispose"/> ends all
    /// ranks instead of waiting for them. The trainer calls it where a run fails. Does nothing by default.
    /// </summary>
    /// <param name="cause">Why.</param>
    void Fault(Exception cause)
    {
    }
}
