namespace MnistCnn.Samples.Hosting;

/// <summary>What a <see cref="TrainingService"/> is to do.</summary>
/// <param name="Folder">Where checkpoint and model go.</param>
/// <param name="Epochs">How often to go through the images.</param>
internal sealed record TrainingJob(string Folder, int Epochs);
