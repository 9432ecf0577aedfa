using MnistCnn.Training.Callbacks;

namespace MnistCnn.Samples.Hosting;

/// <summary>What a <see cref="TrainingService"/> is to do.</summary>
/// <param name="Folder">Where checkpoint and model go.</param>
internal sealed record TrainingJob(string Folder)
{
    public ModelCheckpoint Checkpoint { get; } = new(Folder) { KeepBest = 0 };

    public string Model => Path.Combine(Folder, "model.safetensors");

    /// <summary>The options of the configuration, with those of the command line, and a start where the last run was ended.</summary>
    public TrainerOptions Complete(TrainerOptions configured, int? epochs) => configured with
    {
        Epochs = epochs ?? configured.Epochs,
        ResumeFrom = File.Exists(Checkpoint.LastPath) ? Checkpoint.LastPath : null,
    };
}
