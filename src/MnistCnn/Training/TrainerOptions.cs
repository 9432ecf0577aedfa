using TorchSharp;

namespace MnistCnn.Training;

/// <summary>How to train. The defaults are the reference recipe. Immutable; checked on init.</summary>
public sealed record TrainerOptions
{
    private readonly int epochs = 10;
    private readonly int batchSize = 128;
    private readonly double learningRate = 0.00025;
    private readonly int validateEverySteps = 100;
    private readonly int threads;

    /// <summary>How many times each training image is seen.</summary>
    /// <value>1 or more; 10 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int Epochs
    {
        get => epochs;
        init => epochs = AtLeast(1, value, nameof(Epochs));
    }

    /// <summary>Images a step.</summary>
    /// <value>1 or more; 128 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int BatchSize
    {
        get => batchSize;
        init => batchSize = AtLeast(1, value, nameof(BatchSize));
    }

    /// <summary>Adam's step size.</summary>
    /// <value>A finite number above 0; 0.00025 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite, 0 or below.</exception>
    public double LearningRate
    {
        get => learningRate;
        init => learningRate = double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, $"LearningRate: expected a finite number above 0, found {value}.");
    }

    /// <summary>After how many steps of an epoch the validation data are evaluated, counted anew in each epoch.</summary>
    /// <value>1 or more; 100 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int ValidateEverySteps
    {
        get => validateEverySteps;
        init => validateEverySteps = AtLeast(1, value, nameof(ValidateEverySteps));
    }

    /// <summary>Seed of the order of the images and of everything else that is drawn during a run.</summary>
    /// <value>Any number; 0 by default.</value>
    public int Seed { get; init; }

    /// <summary>Where to compute.</summary>
    /// <value>Null, the default: what <see cref="DeviceSelector"/> chooses.</value>
    public torch.Device? Device { get; init; }

    /// <summary>Threads of computation on the CPU.</summary>
    /// <value>0, the default: as many as libtorch chooses. 1 or more: that many, for the process, until the run ends.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public int Threads
    {
        get => threads;
        init => threads = AtLeast(0, value, nameof(Threads));
    }

    private static int AtLeast(int least, int value, string name) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected {least} or more, found {value}.");
}
