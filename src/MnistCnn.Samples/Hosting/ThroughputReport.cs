using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MnistCnn.Samples.Hosting;

/// <summary>Listens to the meter <c>MnistCnn</c>, as an OpenTelemetry exporter would, and logs the throughput now and then.</summary>
internal sealed class ThroughputReport(ILogger<ThroughputReport> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long images;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "MnistCnn", Name: "mnistcnn.training.images" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref images, measurement));
        listener.Start();
        using PeriodicTimer timer = new(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            logger.LogInformation("{Rate:N0} images a second", Interlocked.Exchange(ref images, 0) / Interval.TotalSeconds);
        }
    }
}
