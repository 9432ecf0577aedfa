using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>The checks that every metric makes of a batch.</summary>
internal static class MetricInput
{
    /// <exception cref="ArgumentException">The shapes or element types are not [N, classes] floating-point and [N] int64.</exception>
    public static void Check(Tensor output, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(labels);
        if (output.dim() != 2 || !output.is_floating_point())
        {
            throw new ArgumentException($"Outputs: expected floating-point [N, classes], found {output.dtype} [{string.Join(", ", output.shape)}].", nameof(output));
        }

        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] != output.shape[0])
        {
            throw new ArgumentException($"Labels: expected Int64 [{output.shape[0]}], found {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }
    }

    public static InvalidOperationException Empty(string metric) => new($"{metric}: expected at least one batch before Compute, found none.");
}
