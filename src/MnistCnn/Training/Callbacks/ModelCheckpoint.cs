using System.Globalization;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Saves checkpoints of a run, from which <see cref="TrainerOptions.ResumeFrom"/> goes on: the last one, at each epoch's end, every so many steps and at the end of the
/// run; and those of the best validations. It sees each hook after all other callbacks, so that what it saves holds their state. Its own state goes into checkpoints.
/// </summary>
public sealed class ModelCheckpoint : TrainerCallback, ICalledLast
{
    private readonly string directory;
    private readonly List<(string Path, double Value)> kept = [];

    /// <summary>Creates the callback.</summary>
    /// <param name="directory">Where checkpoints go; created when the first is saved.</param>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is empty.</exception>
    public ModelCheckpoint(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        this.directory = directory;
    }

    /// <summary>What the best checkpoints are chosen by.</summary>
    /// <value><see cref="MonitoredValue.ValidationAccuracy"/> by default.</value>
    public MonitoredValue Monitor { get; init; } = MonitoredValue.ValidationAccuracy;

    /// <summary>How many of the best checkpoints are kept, named <c>best-STEP-NAME-VALUE.ckpt</c>.</summary>
    /// <value>0 or more; 1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int KeepBest { get; init => field = value >= 0 ? value : throw Bad(nameof(KeepBest), value, 0); } = 1;

    /// <summary>Whether <c>last.ckpt</c> is saved at each epoch's end and at the end of the run, a failed one's included unless a step was cut in two.</summary>
    /// <value>True by default.</value>
    public bool SaveLast { get; init; } = true;

    /// <summary>After how many steps of the run <c>last.ckpt</c> is saved as well.</summary>
    /// <value>1 or more; null, the default: not within epochs.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? EverySteps { get; init => field = value is not < 1 ? value : throw Bad(nameof(EverySteps), value, 1); }

    /// <summary>The file that is saved last in a run.</summary>
    public string LastPath => Path.Combine(directory, "last.ckpt");

    /// <summary>The best checkpoint that is kept; null where there is none.</summary>
    public string? BestPath => kept.Count > 0 ? kept[0].Path : null;

    /// <summary>The best checkpoints that are kept, the best first.</summary>
    public IReadOnlyList<string> BestPaths => [.. kept.Select(k => k.Path)];

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override string? StateKey => $"model_checkpoint.{Monitor.Name}";

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context)
    {
        if (context.GlobalStep == 0)
        {
            kept.Clear();
        }
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.GlobalStep % EverySteps == 0)
        {
            context.SaveCheckpoint(LastPath);
        }
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        double value = Monitor.Read(result);
        if (KeepBest == 0 || (kept.Count == KeepBest && !Monitor.IsBetter(value, kept[^1].Value)) || double.IsNaN(value))
        {
            return;
        }

        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"best-{context.GlobalStep:D7}-{Monitor.Name}-{value:F4}.ckpt"));
        int rank = kept.FindIndex(k => Monitor.IsBetter(value, k.Value));
        kept.Insert(rank < 0 ? kept.Count : rank, (path, value));
        string? dropped = kept.Count > KeepBest ? kept[^1].Path : null;
        kept.RemoveRange(Math.Min(KeepBest, kept.Count), kept.Count - Math.Min(KeepBest, kept.Count));
        context.SaveCheckpoint(path);
        if (dropped is not null)
        {
            File.Delete(dropped);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainerContext context, EpochResult epoch)
    {
        if (SaveLast)
        {
            context.SaveCheckpoint(LastPath);
        }
    }

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result)
    {
        if (SaveLast && context.CanSaveCheckpoint)
        {
            context.SaveCheckpoint(LastPath);
        }

        if (KeepBest > 0 && kept.Count == 0)
        {
            context.WarnOfNoValue(this, Monitor.Name, result);
        }
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        for (int i = 0; i < kept.Count; i++)
        {
            state.Set($"path{i}", Path.GetFileName(kept[i].Path));
            state.Set($"value{i}", kept[i].Value);
        }
    }

    /// <inheritdoc/>
    public override void LoadState(CallbackState state)
    {
        kept.Clear();
        for (int i = 0; state.GetString($"path{i}") is { } name && state.GetDouble($"value{i}") is { } value; i++)
        {
            string path = Path.Combine(directory, Path.GetFileName(name));
            if (File.Exists(path))
            {
                kept.Add((path, value));
            }
        }
    }

    private static ArgumentOutOfRangeException Bad(string name, int? value, int least) => new(name, value, $"{name}: expected {least} or more, found {value}.");
}
