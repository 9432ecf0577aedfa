using MnistCnn.Networks;

namespace MnistCnn.Tests.Networks;

public sealed class CoreDistanceTests
{
    [Theory]
    [InlineData(120, false)]
    [InlineData(500, true)]
    public void A_line_that_takes_long_means_that_no_cache_is_shared(double nanoseconds, bool far) => Assert.Equal(far, CoreDistance.MeansFar(nanoseconds));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Any_number_of_threads_comes_to_an_end_however_few_cores_there_are(int threads)
    {
        CoreDistance distance = new();
        for (int i = 0; i < 20; i++)
        {
            distance.Measure(threads);
        }

        Assert.True(threads > 1 || !distance.AreFar(threads));
    }
}
