using System.Runtime.InteropServices;
using MnistCnn.Training;

namespace MnistCnn.Tests.Training.Steps;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadRanks : IDisposable
{
    private readonly Barrier barrier;
    private readonly byte[][] parts;

    private ThreadRanks(int count) => (barrier, parts) = (new Barrier(count), new byte[count][]);

    /// <summary>Runs something on as many ranks, and throws what the first of them that failed threw.</summary>
    public static void Run(int count, Action<ICollective> run)
    {
        using ThreadRanks ranks = new(count);
        Exception?[] failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count)
            .Select(rank => new Thread(() => failures[rank] = Record.Exception(() => run(new Rank(ranks, rank)))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
    }

    public void Dispose() => barrier.Dispose();

    private sealed class Rank(ThreadRanks ranks, int number) : ICollective
    {
        int ICollective.Rank => number;

        public int WorldSize => ranks.parts.Length;

        public void Broadcast(Span<byte> values) => Exchange(values)[0].CopyTo(values);

        public long AllReduceMean(Span<float> sums, long localCount)
        {
            long[] count = [localCount];
            AllReduceSum(count);
            byte[][] all = Exchange(MemoryMarshal.AsBytes(sums));
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] = all.Sum(part => MemoryMarshal.Cast<byte, float>(part)[i]) / Math.Max(1, count[0]);
            }

            return count[0];
        }

        public void AllReduceSum(Span<long> sums)
        {
            byte[][] all = Exchange(MemoryMarshal.AsBytes(sums));
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] = all.Sum(part => MemoryMarshal.Cast<byte, long>(part)[i]);
            }
        }

        public void Barrier() => ranks.barrier.SignalAndWait();

        public void Dispose()
        {
        }

        /// <summary>What every rank has.</summary>
        private byte[][] Exchange(Span<byte> own)
        {
            ranks.parts[number] = own.ToArray();
            Barrier();
            byte[][] all = [.. ranks.parts];
            Barrier();
            return all;
        }
    }
}
