using System.Globalization;
using MnistCnn.Serialization;

namespace MnistCnn.Training;

/// <summary>Position, running figures and history of a run in a checkpoint file: numbers as strings, lists as tables of float64, one row each.</summary>
internal static class RunProgressState
{
    private const string Steps = "history.steps"; // epoch, step, global step, loss, accuracy, learning rate
    private const string Epochs = "history.epochs"; // epoch, loss, accuracy, images, seconds
    private const string Validations = "history.validations"; // epoch, step, global step, loss, accuracy, images
    private const string Metrics = "history.metrics."; // a value for each validation, NaN where it has none

    public static void Save(RunProgress progress, Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> values)
    {
        values["epoch"] = Text(progress.Epoch);
        values["step"] = Text(progress.TrainedSteps);
        values["global_step"] = Text(progress.TrainedGlobalSteps);
        values["epoch_ended"] = Text(progress.EpochEnded ? 1 : 0);
        values["learning_rate_scale"] = Text(progress.LearningRateScale);
        values["epoch_loss_sum"] = Text(progress.Figures.LossSum);
        values["epoch_hits"] = Text(progress.Figures.Hits);
        values["epoch_images"] = Text(progress.Figures.Count);
        tensors[Steps] = Table(6, progress.Steps.Select(s => new[] { s.Epoch, s.Step, s.GlobalStep, s.Loss, s.Accuracy, s.LearningRate }));
        tensors[Epochs] = Table(5, progress.Epochs.Select(e => new[] { e.Epoch, e.Loss, e.Accuracy, e.Count, e.Duration.TotalSeconds }));
        tensors[Validations] = Table(6,
            progress.Validations.Select(v => new[] { v.Epoch, v.Step, v.GlobalStep, v.Result.Loss, v.Result.Accuracy, v.Result.Count }));
        foreach (string metric in progress.Validations.SelectMany(v => v.Result.Metrics.Keys).Distinct())
        {
            tensors[Metrics + metric] = Table(1, progress.Validations.Select(v =>
                new[] { v.Result.Metrics.TryGetValue(metric, out double value) ? value : double.NaN }));
        }
    }

    /// <exception cref="CheckpointFormatException">Something is missing or out of range.</exception>
    public static void Load(RunProgress progress, CheckpointFile file, int stepsPerEpoch)
    {
        (progress.Epoch, progress.TrainedSteps) = (Within(file, "epoch", 0, int.MaxValue), Within(file, "step", 0, stepsPerEpoch));
        (progress.TrainedGlobalSteps, progress.EpochEnded) = (file.RequireInt64("global_step"), Within(file, "epoch_ended", 0, 1) == 1);
        progress.LearningRateScale = file.RequireDouble("learning_rate_scale");
        progress.Figures.Restore(file.RequireDouble("epoch_loss_sum"), file.RequireInt64("epoch_hits"), file.RequireInt64("epoch_images"));
        progress.Steps.AddRange(Rows(file, Steps, 6).Select(r => new StepRecord((int)r[0], (int)r[1], (long)r[2], r[3], r[4], r[5])));
        progress.Epochs.AddRange(Rows(file, Epochs, 5).Select(r => new EpochResult((int)r[0], r[1], r[2], (long)r[3], TimeSpan.FromSeconds(r[4]))));
        Dictionary<string, double[]> metrics = file.TensorsOf(Metrics).Keys.ToDictionary(name => name,
            name => Rows(file, Metrics + name, 1).Select(r => r[0]).ToArray());
        progress.Validations.AddRange(Rows(file, Validations, 6).Select((r, i) =>
            new ValidationRecord((int)r[0], (int)r[1], (long)r[2], new EvaluationResult(r[3], r[4], (int)r[5])
            {
                Metrics = metrics.Where(m => i < m.Value.Length && !double.IsNaN(m.Value[i])).ToDictionary(m => m.Key, m => m.Value[i]),
            })));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static int Within(CheckpointFile file, string key, int least, int most) => file.RequireInt64(key) is var value && value >= least && value <= most
        ? (int)value
        : throw file.Problem($"value '{key}': expected {least} to {most}, found {value}.");

    private static SafetensorsTensor Table(int columns, IEnumerable<double[]> rows)
    {
        double[] all = [.. rows.SelectMany(row => row)];
        return SafetensorsTensor.Create<double>(all, all.Length / columns, columns);
    }

    private static IEnumerable<double[]> Rows(CheckpointFile file, string name, int columns) =>
        file.Tensors.TryGetValue(name, out SafetensorsTensor? table) && table.Type == SafetensorsType.F64 && table.Shape is [_, var found] && found == columns
            ? table.ToArray<double>().Chunk(columns)
            : throw file.Problem($"tensor '{name}': expected F64 [rows,{columns}], found {table?.Describe() ?? "none"}.");
}
