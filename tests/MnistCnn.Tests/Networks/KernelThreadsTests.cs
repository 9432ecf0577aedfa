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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_item_of_a_later_part_sees_what_those_that_it_waits_for_did(int threads)
    {
        Sums sums = new(20, 7);
        for (int repetition = 1; repetition <= 200; repetition++)
        {
            KernelThreads.Run(threads, [20, 7, 1], sums);
            Assert.Equal(repetition * 20 * 19 / 2, sums.Total);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_waits_for_an_item_that_failed_ends_too(int threads)
    {
        FailingSequence sequence = new() { Fails = true };
        Assert.Throws<InvalidTimeZoneException>(() => KernelThreads.Run(threads, [4, 8], sequence));
        sequence.Fails = false;
        KernelThreads.Run(threads, [4, 8], sequence);

        Assert.Equal(8, sequence.Waited);
    }

    /// <summary>Numbers, added up in groups, which are added up.</summary>
    private sealed class Sums(int numbers, int groups) : KernelSequence
    {
        private readonly int[] single = new int[numbers], grouped = new int[groups];

        public int Total { get; private set; }

        public override void Run(int part, int item, int thread)
        {
            switch (part)
            {
                case 0:
                    single[item] += item;
                    break;
                case 1:
                    grouped[item] = 0;
                    for (int i = item; i < numbers; i += groups)
                    {
                        Await(0, i, 1);
                        grouped[item] += single[i];
                    }

                    break;
                default:
                    Await(1);
                    Total = grouped.Sum();
                    break;
            }
        }
    }

    private sealed class FailingSequence : KernelSequence
    {
        private int waited;

        public bool Fails { get; set; }

        public int Waited => waited;

        public override void Run(int part, int item, int thread)
        {
            if (part == 0)
            {
                if (Fails && item == 2)
                {
                    throw new InvalidTimeZoneException();
                }

                return;
            }

            Await(0);
            Interlocked.Increment(ref waited);
        }
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
