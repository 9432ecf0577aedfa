using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

public sealed class KernelThreadsTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(4, 100)]
    [InlineData(7, 3)]
    public void Every_item_runs_once(int threads, int items)
    {
        CountingJob job = new(items);
        for (int repetition = 1; repetition <= 200; repetition++)
        {
            KernelThreads.Run(threads, items, job);
        }

        Assert.All(job.Counts, count => Assert.Equal(200, count));
        Assert.InRange(job.HighestThread, 0, threads - 1);
    }

    [Fact]
    public void Several_callers_at_once_have_a_team_each()
    {
        CountingJob[] jobs = [.. Enumerable.Range(0, 8).Select(_ => new CountingJob(16))];
        Thread[] callers = [.. jobs.Select(job => new Thread(() =>
        {
            for (int repetition = 0; repetition < 100; repetition++)
            {
                KernelThreads.Run(3, 16, job);
            }
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());

        Assert.All(jobs.SelectMany(job => job.Counts), count => Assert.Equal(100, count));
    }

    [Fact]
    public void A_job_may_start_another() => Assert.Equal(4 * 8, new NestedJob().RunAll());

    [Fact]
    public void The_exception_of_an_item_reaches_the_caller_and_the_team_goes_on()
    {
        Assert.Throws<InvalidTimeZoneException>(() => KernelThreads.Run(2, 10, new FailingJob()));
        CountingJob job = new(10);
        KernelThreads.Run(2, 10, job);

        Assert.All(job.Counts, count => Assert.Equal(1, count));
    }

    private sealed class CountingJob(int items) : KernelJob
    {
        private int highest;

        public int[] Counts { get; } = new int[items];

        public int HighestThread => highest;

        public override void Run(int item, int thread)
        {
            Interlocked.Increment(ref Counts[item]);
            if (thread > highest)
            {
                Interlocked.Exchange(ref highest, thread);
            }
        }
    }

    private sealed class NestedJob : KernelJob
    {
        private int count;

        public int RunAll()
        {
            KernelThreads.Run(2, 4, this);
            return count;
        }

        public override void Run(int item, int thread)
        {
            CountingJob inner = new(8);
            KernelThreads.Run(2, 8, inner);
            Interlocked.Add(ref count, inner.Counts.Sum());
        }
    }

    private sealed class FailingJob : KernelJob
    {
        public override void Run(int item, int thread) => throw new InvalidTimeZoneException();
    }
}
