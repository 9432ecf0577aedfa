using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// The mean cross-entropy over all images, in nats: each image counts the same, whatever the sizes of the batches. Reads the device only in
/// <see cref="Compute"/>. Not thread-safe.
/// </summary>
public sealed class CrossEntropyMetric : IMetric, IDisposable
{
    private Tensor? sum;
    private long count;

    /// <summary><c>loss</c>.</summary>
    public string Name => "loss";

    /// <inheritdoc/>
    public void Update(Tensor output, Tensor labels)
    {
        using MetricInput input = new(output, labels);
        Update(input);
    }

    internal void Update(MetricInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        sum ??= zeros([], MetricInput.SumTypeOn(input.Output.device), input.Output.device).DetachFromDisposeScope();
        Tensor ofLabel = input.Output.gather(1, input.Labels.unsqueeze(1)).squeeze(1); // [N]
        sum.add_((MetricInput.Precise(input.Highest) - MetricInput.Precise(ofLabel)).add_(input.LossOfPredicted).sum(sum.dtype));
        count += input.Labels.shape[0];
    }

    /// <inheritdoc/>
    public double Compute()
    {
        double total = sum?.ToDouble() ?? throw MetricInput.Empty(Name);
        return double.IsNaN(total) ? throw new InvalidOperationException($"{Name}: expected numbers, found NaN in the loss of {count} images.") : total / count;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        sum?.Dispose();
        (sum, count) = (null, 0);
    }

    /// <summary>Frees what lives on the device; the metric can be used again afterwards.</summary>
    public void Dispose() => Reset();
}
