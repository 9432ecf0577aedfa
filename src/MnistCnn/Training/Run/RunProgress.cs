namespace MnistCnn.Training;

/// <summary>How far a run has come and what it has seen: all that a checkpoint remembers besides weights, optimizer and callbacks.</summary>
internal sealed class RunProgress : IDisposable
{
    /// <summary>1-based epoch, 0 before the first.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps of this epoch whose update was made.</summary>
    public int TrainedSteps { get; set; }

    /// <summary>Steps since the beginning of the run whose update was made.</summary>
    public long TrainedGlobalSteps { get; set; }

    /// <summary>Whether the epoch's result is in <see cref="Epochs"/>.</summary>
    public bool EpochEnded { get; set; } = true;

    /// <summary>What callbacks made of the scheduled learning rate.</summary>
    public double LearningRateScale { get; set; } = 1;

    public TrainingFigures Figures { get; } = new();

    public List<StepRecord> Steps { get; } = [];

    public List<ValidationRecord> Validations { get; } = [];

    public List<EpochResult> Epochs { get; } = [];

    public TrainingHistory History() => new() { Steps = [.. Steps], Validations = [.. Validations], Epochs = [.. Epochs] };

    public void Dispose() => Figures.Dispose();
}
