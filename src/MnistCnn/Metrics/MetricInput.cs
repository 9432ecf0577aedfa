using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// A batch as metrics see it, checked: what several of them want to know is computed once, when the first asks. Owns that, not the batch. One thread at a time.
/// </summary>
internal sealed class MetricInput : IDisposable
{
    private Tensor? highest, predicted, lossOfPredicted;

    /// <exception cref="ArgumentException">The shapes or element types are not [N, classes] floating-point and [N] int64.</exception>
    public MetricInput(Tensor output, Tensor labels)
    {
        Check(output, labels);
        (Output, Labels) = (output, labels);
    }

    /// <summary>[N, classes].</summary>
    public Tensor Output { get; }

    /// <summary>[N], int64.</summary>
    public Tensor Labels { get; }

    /// <summary>The highest output of each image, NaN where one of them is [N].</summary>
    public Tensor Highest => FindHighest().Output;

    /// <summary>The class that it is of, the first of several [N], int64.</summary>
    public Tensor Predicted => FindHighest().Class;

    /// <summary>Cross-entropy of each image, were its label what was predicted: log Σ exp(output − highest) [N], float32 or better.</summary>
    public Tensor LossOfPredicted
    {
        get
        {
            if (lossOfPredicted is null)
            {
                using IDisposable noGradient = no_grad();
                using DisposeScope scope = NewDisposeScope();
                lossOfPredicted = (Precise(Output) - Precise(Highest).unsqueeze(1)).exp_().sum(1).log_().DetachFromDisposeScope();
            }

            return lossOfPredicted;
        }
    }

    /// <exception cref="ArgumentException">The shapes or element types are not [N, classes] floating-point and [N] int64.</exception>
    public static void Check(Tensor output, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(labels);
        if (output.dim() != 2 || !output.is_floating_point())
        {
            throw new ArgumentException($"Outputs: expected floating-point [N, classes], found {output.dtype} [{string.Join(", ", output.shape)}].",
                nameof(output));
        }

        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] != output.shape[0])
        {
            throw new ArgumentException($"Labels: expected Int64 [{output.shape[0]}], found {labels.dtype} [{string.Join(", ", labels.shape)}].",
                nameof(labels));
        }
    }

    public static InvalidOperationException Empty(string metric) => new($"{metric}: expected at least one batch before Compute, found none.");

    /// <summary>The type of a sum over many batches: 64 bits, but on Metal Performance Shaders, which have no such numbers.</summary>
    public static ScalarType SumTypeOn(Device device) => device.type == DeviceType.MPS ? ScalarType.Float32 : ScalarType.Float64;

    /// <summary>Half precision as float32.</summary>
    public static Tensor Precise(Tensor output) => output.dtype is ScalarType.Float32 or ScalarType.Float64 ? output : output.to_type(ScalarType.Float32);

    public void Dispose()
    {
        highest?.Dispose();
        predicted?.Dispose();
        lossOfPredicted?.Dispose();
    }

    private (Tensor Output, Tensor Class) FindHighest()
    {
        if (highest is null || predicted is null)
        {
            using IDisposable noGradient = no_grad();
            (highest, predicted) = Output.max(1);
            highest.DetachFromDisposeScope();
            predicted.DetachFromDisposeScope();
        }

        return (highest, predicted);
    }
}
