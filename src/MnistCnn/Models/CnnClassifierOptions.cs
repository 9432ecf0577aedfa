namespace MnistCnn;

/// <summary>The shape of a <see cref="CnnClassifier"/>. Immutable; checked on init.</summary>
public sealed record CnnClassifierOptions
{
    /// <summary>The smallest image side of which three 3×3 convolutions with strides 2, 2 and 1 leave a pixel.</summary>
    internal const int SmallestSide = 15;

    private readonly int height = 28;
    private readonly int width = 28;
    private readonly int classCount = 10;
    private readonly ClassifierOutput output;

    /// <summary>Rows of an image.</summary>
    /// <value>15 or more; 28 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 15.</exception>
    public int Height
    {
        get => height;
        init => height = Side(value, nameof(Height));
    }

    /// <summary>Columns of an image.</summary>
    /// <value>15 or more; 28 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 15.</exception>
    public int Width
    {
        get => width;
        init => width = Side(value, nameof(Width));
    }

    /// <summary>The number of classes.</summary>
    /// <value>2 to 256, since a label is a byte; 10 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 2 to 256.</exception>
    public int ClassCount
    {
        get => classCount;
        init => classCount = value is >= 2 and <= 256
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ClassCount), value, $"ClassCount: expected 2 to 256, found {value}.");
    }

    /// <summary>The name of each class, which saved files and predictors carry.</summary>
    /// <value>
    /// As many as <see cref="ClassCount"/>, in the order of the labels. Null, the default: those of the data set that the model was last trained on, and the
    /// numbers 0, 1, 2 … until then.
    /// </value>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>What <c>forward</c> returns.</summary>
    /// <value><see cref="ClassifierOutput.Logits"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of the enumeration.</exception>
    public ClassifierOutput Output
    {
        get => output;
        init => output = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Output), value, $"Output: expected Logits or Softmax, found {value}.");
    }

    /// <summary>The seed of the initial weights.</summary>
    /// <value>Any number: equal seeds give equal weights. Null, the default: they come from torch's global generator.</value>
    public int? Seed { get; init; }

    /// <summary>
    /// Whether training by <c>Trainer</c>, evaluation, and <c>forward</c> without gradients run float32 tensors on the CPU over kernels of this library:
    /// several times as fast as libtorch's operations, and equal to them within rounding. Inner layers with hooks, other types and devices, and processors
    /// without fused multiply-add always take libtorch's; so does <c>forward</c> with gradients.
    /// </summary>
    /// <value>True by default.</value>
    public bool UseKernels { get; init; } = true;

    /// <summary>The shape that fits a data set: its image size, its number of classes and their names.</summary>
    /// <param name="data">The data set; its images have one channel, as all that the network takes.</param>
    /// <returns>Options whose other values are the defaults; change them by <c>with</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The images have a side below 15 pixels, or the data set less than 2 or more than 256 classes.</exception>
    public static CnnClassifierOptions For(IMnistDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new() { Height = data.Height, Width = data.Width, ClassCount = data.ClassNames.Count, ClassNames = [.. data.ClassNames] };
    }

    private static int Side(int value, string name) => value >= SmallestSide
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected {SmallestSide} or more, found {value}.");
}
