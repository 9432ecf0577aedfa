using MnistCnn.Training.Callbacks;
using Spectre.Console;

namespace MnistCnn.Samples.Terminal;

/// <summary>A live line at the bottom of the terminal: epoch, step, loss, accuracy, images a second, time left.</summary>
internal sealed class LiveProgress : IProgress<TrainingProgress>
{
    private readonly ProgressTask task;

    private LiveProgress(ProgressTask task) => this.task = task;

    /// <summary>Runs <paramref name="work"/> with a live line; what it writes through <see cref="WriteAbove"/> stands above it.</summary>
    public static T Run<T>(Func<LiveProgress, T> work) => AnsiConsole.Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn { Width = 20 }, new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context => work(new LiveProgress(context.AddTask("starting", maxValue: 1))));

    public static void WriteAbove(string line) => AnsiConsole.WriteLine(line);

    public void Report(TrainingProgress value)
    {
        task.Value = value.Fraction;
        task.Description = $"epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.StepsPerEpoch}  loss {value.Loss:F4}  accuracy "
            + $"{100 * value.Accuracy:F1}%  "
            + $"{value.ImagesPerSecond:N0} images/s  {value.Remaining:m\\:ss} left";
    }
}
