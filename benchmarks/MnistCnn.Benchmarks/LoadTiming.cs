using System.Diagnostics;
using MnistCnn.Data;

namespace MnistCnn.Benchmarks;

/// <summary>How long it takes to read, decompress and check all images and labels of both splits.</summary>
public static class LoadTiming
{
    /// <param name="directory">A folder with the four files of MNIST, or of a set in its format.</param>
    /// <param name="repetitions">The median of so many loads is returned; the first of them is as cold as the process.</param>
    public static double Seconds(string directory, int repetitions = 5)
    {
        var seconds = new double[repetitions];
        for (var i = 0; i < repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var (train, test) = MnistDataset.LoadSplits(directory);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            GC.KeepAlive((train, test));
        }

        Array.Sort(seconds);
        return seconds[repetitions / 2];
    }
}
