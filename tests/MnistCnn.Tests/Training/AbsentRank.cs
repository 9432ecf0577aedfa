using MnistCnn.Training;

namespace MnistCnn.Tests.Training;

/// <summary>Rank 0 of two, of which the other sends zeros and agrees with everything; counts the exchanges.</summary>
internal sealed class AbsentRank : ICollective
{
    public int Means { get; private set; }

    public int Sums { get; private set; }

    public List<Exception> Faults { get; } = [];

    public int Rank => 0;

    public int WorldSize => 2;

    public void Broadcast(Span<byte> values)
    {
    }

    public long AllReduceMean(Span<float> sums, long localCount)
    {
        Means++;
        foreach (ref float sum in sums)
        {
            sum = localCount == 0 ? sum : sum / localCount;
        }

        return localCount;
    }

    public void AllReduceSum(Span<long> sums) => Sums++;

    public void Barrier()
    {
    }

    public void Fault(Exception cause) => Faults.Add(cause);

    public void Dispose()
    {
    }
}
