using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using MnistCnn.Training.Callbacks;

namespace MnistCnn.Tests.Docs;

[Collection(nameof(AloneInTheProcess))]
public sealed class TelemetrySnippets
{
    [Fact]
    public void A_run_logs_to_the_console_and_emits_the_instruments_and_activities_that_the_page_lists()
    {
        SyntheticDigits train = new(300), validation = new(60, split: MnistSplit.Test);
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        SortedSet<string> instruments = new(StringComparer.Ordinal), activities = new(StringComparer.Ordinal);
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "MnistCnn")
                {
                    instruments.Add(instrument.Name);
                }
            },
        };
        meters.Start();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "MnistCnn",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => activities.Add(string.Join(' ', [activity.OperationName, .. activity.TagObjects.Select(tag => tag.Key)])),
        };
        ActivitySource.AddActivityListener(listener);

        // snippet: logs
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder.AddSimpleConsole(options => options.SingleLine = true));
        StepLogger steps = new(loggers.CreateLogger<StepLogger>());
        Trainer trainer = new(TrainingRecipe.Fast, [steps], loggers.CreateLogger<Trainer>());
        trainer.Fit(model, train, validation);
        // end
        string page = File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs", "telemetry.md"));
        Assert.Equal(Regex.Matches(page, @"^\| `(mnistcnn\.[\w.]+)` \| (?:counter|histogram)", RegexOptions.Multiline)
            .Select(row => row.Groups[1].Value).Order(), instruments);
        Assert.Equal(Regex.Matches(page, @"^\| `(\w+)` \| (?:`([\w.]+)`)? ?\| a", RegexOptions.Multiline)
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}".Trim()).Order(), activities);
    }
}
