namespace MnistCnn.Mpi.Tests;

public sealed class MpiOptionsTests
{
    [Fact]
    public void Ranks_wait_a_minute_for_each_other_by_default() => Assert.Equal(TimeSpan.FromMinutes(1), new MpiOptions().Timeout);

    [Fact]
    public void Waiting_for_ever_is_allowed() => Assert.Equal(Timeout.InfiniteTimeSpan, new MpiOptions { Timeout = Timeout.InfiniteTimeSpan }.Timeout);

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_timeout_that_is_not_above_zero_is_refused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { Timeout = TimeSpan.FromSeconds(seconds) });
}
