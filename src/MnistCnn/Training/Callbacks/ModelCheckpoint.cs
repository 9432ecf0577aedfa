using System.Globalization;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Saves checkpoints of a run, from which <see cref="TrainerOptions.ResumeFrom"/> goes on: the last one, at each epoch's end, every so many steps and at the
/// end of the run; and those of the best validations, which <c>CnnClassifier.Load</c> and <c>CnnPredictor.Load</c> open as models. It sees each hook after all
/// other callbacks, so that what it saves holds their state. Its own state goes into checkpoints.
/// </summary>
public sealed class ModelCheckpoint : TrainerCallback, IRunsLast, IKeepsBest
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

    /// <summary>
    /// How many of the best checkpoints are kept, named <c>best-STEP-NAME-VALUE.ckpt</c>, with <c>_</c> for characters of the name that file systems refuse.
    /// </summary>
    /// <value>0 or more; 1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int KeepBest { get; init => field = value >= 0 ? value : throw Bad(nameof(KeepBest), value, 0); } = 1;

    /// <summary>
    /// Whether <c>last.ckpt</c> is saved at each epoch's end and at the end of the run, a failed one's included unless a step was cut in two.
    /// </summary>
    /// <value>True by default.</value>
    public bool SaveLast { get; init; } = true;

    /// <summary>
    /// Whether files hold weights alone, in the safetensors format, the averaged ones where they are kept: a third of the size, to predict with and to begin
    /// other runs with (<see cref="TrainerOptions.InitialWeights"/>), but not to resume from. They are named <c>.safetensors</c> instead of <c>.ckpt</c>.
    /// </summary>
    /// <value>False by default.</value>
    public bool WeightsOnly { get; init; }

    /// <summary>After how many steps of the run <c>last.ckpt</c> is saved as well.</summary>
    /// <value>1 or more; null, the default: not within epochs.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? EverySteps { get; init => field = value is not < 1 ? value : throw Bad(nameof(EverySteps), value, 1); }

    /// <summary>The file that is saved last in a run.</summary>
    public string LastPath => Path.Combine(directory, "last" + Extension);

    /// <summary>The best checkpoint that is kept; null where there is none.</summary>
    public string? BestPath => kept.Count > 0 ? kept[0].Path : null;

    /// <summary>The best checkpoints that are kept, the best first.</summary>
    public IReadOnlyList<string> BestPaths => [.. kept.Select(k => k.Path)];

    private string Extension => WeightsOnly ? ".safetensors" : ".ckpt";

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
            Save(context, LastPath);
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

        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture,
            $"best-{context.GlobalStep:D7}-{FileName(Monitor.Name)}-{value:F4}{Extension}"));
        int rank = kept.FindIndex(k => Monitor.IsBetter(value, k.Value));
        kept.Insert(rank < 0 ? kept.Count : rank, (path, value));
        string? dropped = kept.Count > KeepBest ? kept[^1].Path : null;
        kept.RemoveRange(Math.Min(KeepBest, kept.Count), kept.Count - Math.Min(KeepBest, kept.Count));
        Save(context, path);
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
            Save(context, LastPath);
        }
    }

    /// <inheritdoc/>
    public override void OnFitEnd(TrainerContext context, FitResult result)
    {
        if (SaveLast && (WeightsOnly ? context.IsBetweenSteps : context.CanSaveCheckpoint))
        {
            Save(context, LastPath);
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

    private void Save(TrainerContext context, string path)
    {
        if (WeightsOnly)
        {
            context.SaveWeights(path);
        }
        else
        {
            context.SaveCheckpoint(path);
        }
    }

    /// <summary>What every file system takes: Windows refuses the most characters.</summary>
    private static string FileName(string name) => string.Concat(name.Select(c => c < ' ' || "<>:\"/\\|?*".Contains(c, StringComparison.Ordinal) ? '_' : c));

    private static ArgumentOutOfRangeException Bad(string name, int? value, int least) => new(name, value, $"{name}: expected {least} or more, found {value}.");
}
