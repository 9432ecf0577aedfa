using MnistCnn.Engine;

namespace MnistCnn.Tests.Engine;

[Collection(nameof(AloneInTheProcess))]
public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(4, 100)]
    [InlineData(7, 3)]
    public void Every_item_runs_once_and_no_two_of_a_thread_at_a_time(int threads, int items)
    {
        int[] counts = new int[items], running = new int[threads];
        for (int repetition = 1; repetition <= 200; repetition++)
        {
            ThreadTeam.Run(threads, [items], item =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running[item.Thread]));
                Interlocked.Increment(ref counts[item.Index]);
                Interlocked.Decrement(ref running[item.Thread]);
            });
        }

        Assert.All(counts, count => Assert.Equal(200, count));
    }

    [Fact]
    public void Several_callers_at_once_have_a_team_each()
    {
        int[][] counts = [.. Enumerable.Range(0, 8).Select(_ => new int[16])];
        Thread[] callers = [.. counts.Select(own => new Thread(() =>
        {
            for (int repetition = 0; repetition < 100; repetition++)
            {
                ThreadTeam.Run(3, [16], item => Interlocked.Increment(ref own[item.Index]));
            }
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());

        Assert.All(counts.SelectMany(own => own), count => Assert.Equal(100, count));
    }

    [Fact]
    public void An_item_may_start_another_job()
    {
        int count = 0;
        ThreadTeam.Run(2, [4], _ => ThreadTeam.Run(2, [8], _ => Interlocked.Increment(ref count)));

        Assert.Equal(4 * 8, count);
    }

    [Fact]
    public void The_exception_of_an_item_reaches_the_caller_and_the_team_goes_on()
    {
        Assert.Throws<InvalidTimeZoneException>(() => ThreadTeam.Run(2, [10], _ => throw new InvalidTimeZoneException()));
        int count = 0;
        ThreadTeam.Run(2, [10], _ => Interlocked.Increment(ref count));

        Assert.Equal(10, count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_item_of_a_later_part_sees_what_those_that_it_waits_for_did(int threads)
    {
        const int numbers = 20, groups = 7;
        int[] single = new int[numbers], grouped = new int[groups];
        int total = 0;
        for (int repetition = 1; repetition <= 200; repetition++)
        {
            ThreadTeam.Run(threads, [numbers, groups, 1], item =>
            {
                switch (item.Part)
                {
                    case 0:
                        single[item.Index] += item.Index;
                        break;
                    case 1:
                        grouped[item.Index] = 0;
                        for (int i = item.Index; i < numbers; i += groups)
                        {
                            item.Await(0, i, 1);
                            grouped[item.Index] += single[i];
                        }

                        break;
                    default:
                        item.Await(1, 0, groups);
                        total = grouped.Sum();
                        break;
                }
            });
            Assert.Equal(repetition * numbers * (numbers - 1) / 2, total);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_waits_for_an_item_that_failed_ends_too(int threads)
    {
        bool fails = true;
        int waited = 0;
        void Work(TeamItem item)
        {
            if (item.Part == 0)
            {
                _ = fails && item.Index == 2 ? throw new InvalidTimeZoneException() : 0;
                return;
            }

            item.Await(0, 0, 4);
            Interlocked.Increment(ref waited);
        }

        Assert.Throws<InvalidTimeZoneException>(() => ThreadTeam.Run(threads, [4, 8], Work));
        fails = false;
        waited = 0;
        ThreadTeam.Run(threads, [4, 8], Work);

        Assert.Equal(8, waited);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_a_thread_does_not_start_the_others_do_its_work_and_the_next_job_has_it_again(int starts)
    {
        Action<Thread> start = ThreadTeam.StartThread;
        int count = 0, left = starts;
        try
        {
            // More threads than any team has yet.
            ThreadTeam.StartThread = thread =>
            {
                if (left-- <= 0)
                {
                    throw new ThreadStateException();
                }

                start(thread);
            };
            ThreadTeam.Run(40, [100, 100], _ => Interlocked.Increment(ref count));
            Assert.Equal(200, count);
        }
        finally
        {
            ThreadTeam.StartThread = start;
        }

        ThreadTeam.Run(40, [100, 100], _ => Interlocked.Increment(ref count));
        Assert.Equal(400, count);
    }
}
