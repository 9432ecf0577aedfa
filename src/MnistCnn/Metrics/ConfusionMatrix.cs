using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// Counts how often each class was taken for each, on the device; reads it only in <see cref="Read"/> and <see cref="Compute"/>. Not thread-safe.
/// </summary>
public sealed class ConfusionMatrix : IMetric, IDisposable
{
    private readonly int? expectedClasses;
    private Tensor? counts; // [classes, classes], int64, by true class and prediction

    /// <summary>Creates the metric.</summary>
    /// <param name="classCount">The number of classes, 2 or more; null, the default: that of the first outputs.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is below 2.</exception>
    public ConfusionMatrix(int? classCount = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount ?? 2, 2, nameof(classCount));
        expectedClasses = classCount;
    }

    /// <summary><c>macro_f1</c>.</summary>
    public string Name => "macro_f1";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The outputs have another number of classes.</exception>
    public void Update(Tensor output, Tensor labels)
    {
        using MetricInput input = new(output, labels);
        Update(input);
    }

    internal void Update(MetricInput input)
    {
        long classes = counts?.shape[0] ?? expectedClasses ?? input.Output.shape[1];
        if (input.Output.shape[1] != classes)
        {
            throw new ArgumentException($"Outputs: expected {classes} classes, found {input.Output.shape[1]}.");
        }

        using DisposeScope scope = NewDisposeScope();
        counts ??= zeros([classes, classes], ScalarType.Int64, input.Output.device).DetachFromDisposeScope();
        counts.add_(bincount(input.Labels * classes + input.Predicted, minlength: classes * classes).view(classes, classes));
    }

    /// <summary>The counts so far.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public ConfusionTable Read()
    {
        using Tensor local = counts?.cpu() ?? throw MetricInput.Empty(Name);
        return new ConfusionTable((int)local.shape[0], local.data<long>().ToArray());
    }

    /// <summary>The mean of the classes' F1 scores, <see cref="ConfusionTable.MacroF1"/>.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public double Compute() => Read().MacroF1;

    /// <inheritdoc/>
    public void Reset()
    {
        counts?.Dispose();
        counts = null;
    }

    /// <summary>Frees what lives on the device; the metric can be used again afterwards.</summary>
    public void Dispose() => Reset();
}
