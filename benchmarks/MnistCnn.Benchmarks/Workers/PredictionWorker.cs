using System.Diagnostics;

namespace MnistCnn.Benchmarks.Workers;

/// <summary>Times calls of an engine.</summary>
internal static class PredictionWorker
{
    private const double WarmUpSeconds = 1;
    private const double MeasuredSeconds = 1.5;
    private const int Throughput = 1024;

    public static Dictionary<string, double> Latency(WorkerOptions options) => Run(options, images: 1, callsAtATime: 50);

    public static Dictionary<string, double> Batches(WorkerOptions options) => Run(options, Throughput, callsAtATime: 1);

    private static Dictionary<string, double> Run(WorkerOptions options, int images, int callsAtATime)
    {
        MnistDataset test = MnistDataset.Load(options.Data, MnistSplit.Test);
        byte[] pixels = new byte[images * test.Height * test.Width];
        for (int i = 0; i < images; i++)
        {
            test.GetImage(i).CopyTo(pixels.AsSpan(i * test.Height * test.Width));
        }

        using IPredictionEngine engine = PredictionEngines.Create(options.Engine, TrainedModel.Find(options.Data), pixels, options.Threads);
        Time(engine, callsAtATime, WarmUpSeconds);
        List<double> seconds = Time(engine, callsAtATime, MeasuredSeconds);
        return new() { ["seconds"] = Median.Of(seconds), ["accuracy"] = Accuracy(engine.Run(), test, images) };
    }

    private static List<double> Time(IPredictionEngine engine, int callsAtATime, double duration)
    {
        List<double> seconds = [];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < duration)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < callsAtATime; i++)
            {
                engine.Run();
            }

            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds / callsAtATime);
        }

        return seconds;
    }

    private static double Accuracy(ReadOnlySpan<float> scores, MnistDataset test, int images)
    {
        int classes = test.ClassNames.Count, right = 0;
        for (int i = 0; i < images; i++)
        {
            ReadOnlySpan<float> row = scores.Slice(i * classes, classes);
            right += row.IndexOf(MaxOf(row)) == test.GetLabel(i) ? 1 : 0;
        }

        return (double)right / images;
    }

    private static float MaxOf(ReadOnlySpan<float> row)
    {
        float best = row[0];
        foreach (float value in row)
        {
            best = Math.Max(best, value);
        }

        return best;
    }
}
