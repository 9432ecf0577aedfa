using System.Diagnostics;
using System.Diagnostics.Metrics;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// What OpenTelemetry and other listeners see of runs, under the name <c>MnistCnn</c>: the counters <c>mnistcnn.training.steps</c>, <c>.images</c> and
/// <c>.epochs</c>, the histogram <c>mnistcnn.training.epoch.duration</c>, and the activities <c>fit</c>, <c>epoch</c> and <c>validation</c>. Costs nothing
/// while nothing listens.
/// </summary>
internal sealed class RunTelemetry : IDisposable
{
    private static readonly Meter Meter = new("MnistCnn");
    private static readonly ActivitySource Source = new("MnistCnn");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("mnistcnn.training.steps", "{step}", "Updates of the weights");
    private static readonly Counter<long> Images = Meter.CreateCounter<long>("mnistcnn.training.images", "{image}",
        "Images trained on: its rate is the throughput");
    private static readonly Counter<long> Epochs = Meter.CreateCounter<long>("mnistcnn.training.epochs", "{epoch}", "Epochs, whole or not");
    private static readonly Histogram<double> EpochDuration = Meter.CreateHistogram<double>("mnistcnn.training.epoch.duration", "s",
        "Time of an epoch, validations included");

    private readonly Activity? fit;
    private Activity? epoch;
    private long epochStarted;

    public RunTelemetry(Device device) => fit = Source.StartActivity("fit")?.SetTag("mnistcnn.device", device.ToString());

    public void StartEpoch(int number)
    {
        epoch = Source.StartActivity("epoch")?.SetTag("mnistcnn.epoch", number);
        epochStarted = Stopwatch.GetTimestamp();
    }

    public static void CountStep(int images)
    {
        if (Steps.Enabled || Images.Enabled)
        {
            Steps.Add(1);
            Images.Add(images);
        }
    }

    public void EndEpoch()
    {
        Epochs.Add(1);
        EpochDuration.Record(Stopwatch.GetElapsedTime(epochStarted).TotalSeconds);
        epoch?.Dispose();
        epoch = null;
    }

    public static IDisposable? StartValidation() => Source.StartActivity("validation");

    public void Dispose()
    {
        epoch?.Dispose();
        fit?.Dispose();
    }
}
