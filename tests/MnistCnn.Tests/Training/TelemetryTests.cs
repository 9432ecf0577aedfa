using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MnistCnn.Tests.Training;

[Collection(nameof(AloneInTheProcess))]
public sealed class TelemetryTests
{
    [Fact]
    public void Listeners_see_steps_images_epochs_and_activities()
    {
        Dictionary<string, double> sums = [];
        List<string> activities = [];
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "MnistCnn")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value);
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value);
        meters.Start();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "MnistCnn",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => activities.Add(activity.OperationName),
        };
        ActivitySource.AddActivityListener(listener);
        using TinyModel model = new();
        new Trainer(TrainingData.Options).Fit(model, TrainingData.Train, TrainingData.Validation);
        Assert.Equal((6, 160, 2), (sums["mnistcnn.training.steps"], sums["mnistcnn.training.images"], sums["mnistcnn.training.epochs"]));
        Assert.True(sums["mnistcnn.training.epoch.duration"] > 0);
        Assert.Equal(["validation", "epoch", "validation", "epoch", "validation", "fit"], activities);
    }
}
