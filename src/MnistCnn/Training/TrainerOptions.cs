using MnistCnn.Batches;
using MnistCnn.Metrics;
using MnistCnn.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn;

/// <summary>
/// How to train. The defaults are the reference recipe; <see cref="TrainingRecipe"/> has others to start from. Immutable and thread-safe; every value is
/// checked when it is set, and a value out of range is an <see cref="ArgumentOutOfRangeException"/> that names the option.
/// </summary>
/// <remarks>A step is one update of the weights. It takes one batch, or <see cref="GradientAccumulation"/> of them.</remarks>
public sealed record TrainerOptions
{
    /// <summary>How many times each training image is seen.</summary>
    /// <value>1 or more; 10 by default.</value>
    public int Epochs { get; init => field = AtLeast(1, value); } = 10;

    /// <summary>Ends the run after this many steps, those before a resume included. Schedules run to their end within it.</summary>
    /// <value>1 or more; null, the default: no limit.</value>
    public long? MaxSteps { get; init => field = value is { } steps ? AtLeast(1, steps) : null; }

    /// <summary>Ends the run after the step during which this time has passed since <see cref="Trainer.Fit"/> was called.</summary>
    /// <value>Above zero; null, the default: no limit.</value>
    public TimeSpan? MaxTime { get; init => field = value is null || value > TimeSpan.Zero ? value : throw Bad(value, "a time above zero"); }

    /// <summary>Images in a batch; the last one of an epoch may be shorter.</summary>
    /// <value>1 or more; 128 by default.</value>
    public int BatchSize { get; init => field = AtLeast(1, value); } = 128;

    /// <summary>
    /// Batches whose gradients are added up before an update, as if they were one large batch: each image counts the same. The last step of an epoch takes what
    /// is left.
    /// </summary>
    /// <value>1 or more; 1 by default.</value>
    public int GradientAccumulation { get; init => field = AtLeast(1, value); } = 1;

    /// <summary>The step size of the optimizer: what <see cref="Schedule"/> scales, the peak of a one-cycle schedule.</summary>
    /// <value>A finite number above 0; 0.00025 by default.</value>
    public double LearningRate { get; init => field = Above0(value); } = 0.00025;

    /// <summary>How the learning rate changes from step to step.</summary>
    /// <value><see cref="LearningRateSchedule.Constant"/> by default.</value>
    public LearningRateSchedule Schedule { get; init => field = value ?? throw new ArgumentNullException(nameof(Schedule)); } = LearningRateSchedule.Constant;

    /// <summary>
    /// Makes the optimizer from the model's parameters and the learning rate: any of TorchSharp's, or one's own. The run disposes it. Checkpoints need one that
    /// derives from <see cref="OptimizerHelper"/>, as TorchSharp's do.
    /// </summary>
    /// <remarks>
    /// TorchSharp's <c>Adam</c> and <c>AdamW</c> without AMSGrad and its <c>SGD</c> without dampening run on the engine. Any other one works on the tensors of
    /// the model, with the engine's gradients. Groups of parameters keep the ratio of their learning rates: a <see cref="Schedule"/> scales all of them.
    /// </remarks>
    /// <value>Null, the default: Adam with β 0.9 and 0.999 and ε 1e-8.</value>
    public Func<IEnumerable<Parameter>, double, optim.Optimizer>? Optimizer { get; init; }

    /// <summary>
    /// Weight decay of the default optimizer, decoupled from the gradient as in AdamW (Loshchilov and Hutter, 2019). With an <see cref="Optimizer"/> of one's
    /// own, it is set there.
    /// </summary>
    /// <value>A finite number of 0 or more; 0 by default.</value>
    public double WeightDecay { get; init => field = Within(value, 0, double.MaxValue); }

    /// <summary>What training minimises. Evaluation reports plain cross-entropy whatever it is.</summary>
    /// <value>
    /// <see cref="Loss.CrossEntropy"/> without smoothing and weights by default; <see cref="Loss.Focal"/> or your own (<see cref="Loss.Of"/>) run over
    /// libtorch's operations.
    /// </value>
    public Loss Loss { get; init => field = value ?? throw new ArgumentNullException(nameof(Loss)); } = Loss.CrossEntropy();

    /// <summary>Whether each epoch draws as many images of each class, as <see cref="Batches.BatchLoaderOptions.Balanced"/> does.</summary>
    /// <value>False by default. Not with <see cref="OverfitBatches"/>, which takes the images in the order of the data set.</value>
    public bool BalancedSampling { get; init; }

    /// <summary>Scales the gradients of a step down until their common Euclidean norm is at most this; after <see cref="GradientClipValue"/>.</summary>
    /// <value>A finite number above 0; null, the default: no clipping.</value>
    public double? GradientClipNorm { get; init => field = value is { } norm ? Above0(norm) : null; }

    /// <summary>Clips each element of the gradients to at most this, and at least its negative.</summary>
    /// <value>A finite number above 0; null, the default: no clipping.</value>
    public double? GradientClipValue { get; init => field = value is { } limit ? Above0(limit) : null; }

    /// <summary>
    /// Keeps an exponential moving average of the weights with this decay a step, warmed up as min(decay, (1 + step) / (10 + step)) and updated every
    /// 8 steps by the power that this makes. Validations and, in the end, the model have the averaged weights; buffers are not averaged.
    /// </summary>
    /// <value>Above 0 and below 1, for instance 0.999; null, the default: no average.</value>
    public double? EmaDecay { get; init => field = value is { } decay ? Within(decay, double.Epsilon, Math.BitDecrement(1)) : null; }

    /// <summary>What happens to each training image, in this order; validation sees the images as they are.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<IImageTransform> Transforms { get; init => field = [.. value]; } = [];

    /// <summary>
    /// After how many steps of an epoch the validation data are evaluated, counted anew in each epoch; at the end of the epoch where it has fewer steps. A run
    /// whose weights were not validated after their last update is validated once more at its end, unless it was canceled, failed or met a loss that is not
    /// finite.
    /// </summary>
    /// <value>1 or more; 100 by default.</value>
    public int ValidateEverySteps { get; init => field = AtLeast(1, value); } = 100;

    /// <summary>Validates at the end of every so many epochs, instead of every <see cref="ValidateEverySteps"/> steps; and at the end of the run.</summary>
    /// <value>1 or more; null, the default: by steps.</value>
    public int? ValidateEveryEpochs { get; init => field = value is { } epochs ? AtLeast(1, epochs) : null; }

    /// <summary>Makes the metrics that each evaluation computes besides loss, accuracy and confusion matrix.</summary>
    /// <value>None by default. Called for each evaluation; metrics that are disposable are disposed after it.</value>
    public Func<IReadOnlyList<IMetric>> Metrics { get; init => field = value ?? throw new ArgumentNullException(nameof(Metrics)); } = () => [];

    /// <summary>Trains on the first so many batches of each epoch's order.</summary>
    /// <value>1 or more; null, the default: all.</value>
    public int? LimitTrainBatches { get; init => field = value is { } batches ? AtLeast(1, batches) : null; }

    /// <summary>Evaluates the first so many batches of <see cref="EvaluationBatchSize"/> images.</summary>
    /// <value>1 or more; null, the default: all.</value>
    public int? LimitValidationBatches { get; init => field = value is { } batches ? AtLeast(1, batches) : null; }

    /// <summary>Images in a batch of an evaluation; results do not depend on it beyond rounding.</summary>
    /// <value>1 or more; 1000 by default.</value>
    public int EvaluationBatchSize { get; init => field = AtLeast(1, value); } = 1000;

    /// <summary>Tries everything once, quickly: one epoch of five batches, a validation of one batch at its end.</summary>
    /// <value>False by default.</value>
    public bool FastDevRun { get; init; }

    /// <summary>Trains on the first so many batches of the data set, unshuffled, in every epoch: a model that can learn at all fits these exactly.</summary>
    /// <value>1 or more; null, the default: off.</value>
    public int? OverfitBatches { get; init => field = value is { } batches ? AtLeast(1, batches) : null; }

    /// <summary>
    /// Seed of the order of the images and of everything else that is drawn during a run; torch's global generators are seeded from it at every step.
    /// </summary>
    /// <value>Any number; 0 by default.</value>
    public int Seed { get; init; }

    /// <summary>Where to compute.</summary>
    /// <value>Null, the default: what <see cref="DeviceSelector"/> chooses.</value>
    public Device? Device { get; init; }

    /// <summary>Threads of computation on the CPU.</summary>
    /// <value>
    /// 0, the default: as many as libtorch chooses. 1 or more: that many, for the calling thread, until the run ends. On the engine libtorch itself has one
    /// thread from <see cref="ITrainerCallback.OnBeforeOptimizerStep"/> to the end of the update, since its idle threads would slow the engine's.
    /// </value>
    public int Threads { get; init => field = AtLeast(0, value); }

    /// <summary>In which numbers steps compute. Validation always computes in 32 bits.</summary>
    /// <value>
    /// <see cref="TrainingPrecision.Float32"/> by default. <see cref="TrainingPrecision.BFloat16Mixed"/> on a processor without instructions for it would take
    /// about 70 times as long: <see cref="Trainer.Fit"/> refuses it with a <see cref="NotSupportedException"/>.
    /// </value>
    public TrainingPrecision Precision { get; init => field = Enum.IsDefined(value) ? value : throw Bad(value, "Float32 or BFloat16Mixed"); }

    /// <summary>Whether the loss of every step is looked at before the update. On a GPU that waits for it.</summary>
    /// <value>True by default. False: a loss that is not finite goes unnoticed, and <see cref="TrainingHistory.Steps"/> stays empty.</value>
    public bool StopOnNonFiniteLoss { get; init; } = true;

    /// <summary>
    /// A file of <see cref="TrainerContext.SaveCheckpoint"/> to go on from, bit for bit as if the run had not been interrupted, at an equal number of threads.
    /// </summary>
    /// <value>
    /// Null, the default: begins anew. Options that decide the course of the run must be those of the file; where, how long and how often to validate may
    /// differ.
    /// </value>
    public string? ResumeFrom { get; init; }

    /// <summary>
    /// A file of weights to begin with: of <c>Save</c>, <c>SaveSafetensors</c> or PyTorch, or a checkpoint of a run with other options, of which the averaged
    /// weights are taken where it has any. Names and shapes must be the model's. Only the last layer may have another number of classes: it is then left as the
    /// model was created. The log says which tensors were taken.
    /// </summary>
    /// <value>Null, the default: the weights that the model has. Ignored beside <see cref="ResumeFrom"/>, whose file has all weights.</value>
    public string? InitialWeights { get; init; }

    /// <summary>
    /// The ranks that train together, on one machine or on several: <see cref="BatchSize"/> is that of all ranks together, each computes its share of every
    /// batch, and the result is that of one process but for rounding. Every rank calls <see cref="Trainer.Fit"/> with the same options, data and model; the
    /// weights, and the checkpoint of
    /// <see cref="ResumeFrom"/>, are those of rank 0. The trainer does not dispose it.
    /// </summary>
    /// <value>Null, the default: this process alone.</value>
    public ICollective? Collective { get; init; }

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    private static int AtLeast(int least, int value, [CallerMemberName] string name = "") => (int)AtLeast(least, (long)value, name);

    private static long AtLeast(long least, long value, [CallerMemberName] string name = "") => value >= least ? value
        : throw Bad(value, $"{least} or more", name);

    private static double Above0(double value, [CallerMemberName] string name = "") => double.IsFinite(value) && value > 0 ? value
        : throw Bad(value, "a finite number above 0", name);

    private static double Within(double value, double least, double most, [CallerMemberName] string name = "") => value >= least && value <= most
        ? value
        : throw Bad(value, most < 1 ? $"{(least == 0 ? "0" : "above 0")} to below 1" : $"a finite number of {least} or more", name);

    private static ArgumentOutOfRangeException Bad(object? value, string expected, [CallerMemberName] string name = "") =>
        new(name, value, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: expected {expected}, found {value}."));
}
