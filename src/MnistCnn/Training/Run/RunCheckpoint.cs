using Microsoft.Extensions.Logging;
using MnistCnn.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// A run as a checkpoint file: weights (<c>model.…</c>), averaged weights (<c>average.…</c>), the optimizer's state (<c>optimizer</c>), callbacks' states
/// (<c>callback.KEY.…</c>), position, history, and what must agree to go on (<c>option.…</c>).
/// </summary>
internal sealed class RunCheckpoint(TrainerOptions options, RunData data, RunProgress progress, nn.Module<Tensor, Tensor> model, ITrainingStep step,
    WeightAverage? average, CallbackList callbacks, Ranks? ranks, long totalSteps)
{
    private const string Weights = WeightsFile.Weights;
    private const string Average = WeightsFile.Averages;
    private const string Optimizer = "optimizer";

    private int optimizerBytes;

    private bool IsFirstRank => ranks is not { Rank: > 0 };

    /// <summary>Writes the run; of several ranks, the first does.</summary>
    public void Save(string path)
    {
        if (!IsFirstRank)
        {
            return;
        }

        step.ExposeWeights();
        Dictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
        Dictionary<string, string> values = new(RunFingerprint.Of(options, data, totalSteps, progress.TrainedGlobalSteps), StringComparer.Ordinal);
        foreach ((string key, string value) in data.MetadataOf(model).Where(pair => pair.Key.StartsWith(WeightsFile.Description, StringComparison.Ordinal)))
        {
            values[key] = value;
        }

        foreach ((string name, SafetensorsTensor tensor) in ModuleState.Capture(model))
        {
            tensors[Weights + name] = tensor;
        }

        foreach ((string name, Tensor kept) in average?.Kept ?? [])
        {
            tensors[Average + name] = TorchTensors.Copy(kept);
            if (average!.IsInModel)
            {
                (tensors[Average + name], tensors[Weights + name]) = (tensors[Weights + name], tensors[Average + name]);
            }
        }

        using MemoryStream state = new(optimizerBytes);
        using (BinaryWriter writer = new(state, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            step.SaveState(writer);
        }

        optimizerBytes = (int)state.Length;
        tensors[Optimizer] = new SafetensorsTensor(SafetensorsType.U8, [state.Length], state.GetBuffer().AsMemory(0, optimizerBytes));
        RunProgressState.Save(progress, tensors, values);
        SaveCallbacks(tensors, values);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        new CheckpointFile(tensors, values).Save(path);
    }

    /// <summary>Writes weights alone, as <c>CnnClassifier.Save</c> does; of several ranks, the first does.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="asTheyAre">Whether the model has the weights to save now; else the averaged ones, where there are any.</param>
    public void SaveWeights(string path, bool asTheyAre)
    {
        if (!IsFirstRank)
        {
            return;
        }

        step.ExposeWeights();
        Dictionary<string, SafetensorsTensor> tensors = ModuleState.Capture(model);
        if (!asTheyAre && average is { IsInModel: false })
        {
            foreach ((string name, Tensor kept) in average.Kept)
            {
                tensors[name] = TorchTensors.Copy(kept);
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        new SafetensorsFile(tensors, data.MetadataOf(model)).Save(path);
    }

    /// <summary>
    /// Goes on from the checkpoint, or else begins with the weights, that the options name, if they name one: of several ranks, all from that of rank 0, and
    /// with its model.
    /// </summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, or of a run that differs.</exception>
    /// <exception cref="ArgumentException">The ranks were given different options or data.</exception>
    public void Resume(ILogger logger)
    {
        ranks?.RequireSame(RunFingerprint.OfRank(options, data, model, step, totalSteps));
        CheckpointFile? saved = options.ResumeFrom is { } path && IsFirstRank ? CheckpointFile.Load(path) : null;
        saved = ranks is null ? saved : ranks.Share(saved);
        if (saved is not null)
        {
            Load(saved, options.ResumeFrom ?? Ranks.NameOfSharedCheckpoint);
        }
        else if (options.InitialWeights is { } weights && IsFirstRank)
        {
            InitialWeights.Take(model, weights, logger);
        }

        ranks?.ShareModel();
    }

    /// <summary>Reads everything, then changes the model, so that a checkpoint that does not fit leaves it as it was.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, or of a run that differs.</exception>
    private void Load(CheckpointFile file, string path)
    {
        RunProgressState.Load(progress, file, data.StepsPerEpoch);
        foreach ((string name, string expected) in RunFingerprint.Of(options, data, totalSteps, progress.TrainedGlobalSteps))
        {
            file.RequireEqual(name, expected);
        }

        using ModuleState weights = ModuleState.Prepare(model, file.TensorsOf(Weights), new SafetensorsLoadOptions(), path);
        LoadOptimizer(file);
        LoadAverage(file, path);
        LoadCallbacks(file);
        step.ExposeWeights();
        weights.Apply();
    }

    private static string PrefixOf(string key) => $"callback.{key}.";

    private void LoadOptimizer(CheckpointFile file)
    {
        byte[] state = file.Tensors.TryGetValue(Optimizer, out SafetensorsTensor? tensor) && tensor.Type == SafetensorsType.U8
            ? tensor.ToArray<byte>()
            : throw file.Problem($"expected a tensor '{Optimizer}' of bytes, found none.");
        try
        {
            using BinaryReader reader = new(new MemoryStream(state));
            step.LoadState(reader);
        }
        catch (InvalidDataException e)
        {
            throw file.Problem(e.Message);
        }
    }

    private void LoadAverage(CheckpointFile file, string path)
    {
        Dictionary<string, SafetensorsTensor> averages = file.TensorsOf(Average);
        if (average is null || averages.Count == 0)
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor parameter) in model.named_parameters())
        {
            if (!averages.TryGetValue(name, out SafetensorsTensor? saved) || !saved.Shape.SequenceEqual(parameter.shape)
                || saved.Type != TorchTensors.TypeOf(parameter.dtype))
            {
                throw new CheckpointFormatException(path,
                    $"tensor '{Average}{name}': expected {parameter.dtype} [{string.Join(",", parameter.shape)}], found {saved?.Describe() ?? "none"}.");
            }
        }

        average.Restore(averages.ToDictionary(pair => pair.Key, pair => TorchTensors.Create(pair.Value)));
    }

    private void SaveCallbacks(Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> values) =>
        callbacks.WithState(nameof(ITrainerCallback.SaveState), (callback, key) =>
    {
        CallbackState state = new();
        callback.SaveState(state);
        foreach ((string name, string value) in state.Values)
        {
            values[PrefixOf(key) + name] = value;
        }

        foreach ((string name, SafetensorsTensor tensor) in state.Tensors)
        {
            tensors[PrefixOf(key) + name] = tensor;
        }
    });

    private void LoadCallbacks(CheckpointFile file) => callbacks.WithState(nameof(ITrainerCallback.LoadState), (callback, key) =>
    {
        Dictionary<string, string> values = file.Values.Where(pair => pair.Key.StartsWith(PrefixOf(key), StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[PrefixOf(key).Length..], pair => pair.Value, StringComparer.Ordinal);
        callback.LoadState(new CallbackState(values, file.TensorsOf(PrefixOf(key))));
    });
}
