using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// The share of images whose true class is among the <c>topK</c> largest outputs, 0 to 1, from integer counts. Reads the device
/// only in <see cref="Compute"/>. Not thread-safe.
/// </summary>
public sealed class AccuracyMetric : IMetric, IDisposable
{
    private readonly int topK;
    private readonly DeviceCounter hits = new();
    private readonly DeviceCounter notNumbers = new();
    private long count;

    /// <summary>Creates the metric.</summary>
    /// <param name="topK">How many of the largest outputs count as a hit, 1 or more; 1 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is below 1.</exception>
    public AccuracyMetric(int topK = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        this.topK = topK;
        Name = topK == 1 ? "accuracy" : string.Create(CultureInfo.InvariantCulture, $"top{topK}_accuracy");
    }

    /// <summary><c>accuracy</c>, or <c>top3_accuracy</c> for <c>topK</c> 3.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public void Update(Tensor output, Tensor labels)
    {
        using MetricInput input = new(output, labels);
        Update(input);
    }

    internal void Update(MetricInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hit = topK == 1
            ? input.Predicted.eq(input.Labels)
            : input.Output.topk((int)Math.Min(topK, input.Output.shape[1]), 1).indexes.eq(input.Labels.unsqueeze(1));
        hits.Add(hit.sum());
        notNumbers.Add(input.Highest.isnan().sum());
        count += input.Labels.shape[0];
    }

    /// <inheritdoc/>
    public double Compute()
    {
        if (count == 0)
        {
            throw MetricInput.Empty(Name);
        }

        return notNumbers.Read() is > 0 and long found
            ? throw new InvalidOperationException($"{Name}: expected numbers, found NaN in the outputs of {found} of {count} images.")
            : (double)hits.Read() / count;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        hits.Dispose();
        notNumbers.Dispose();
        count = 0;
    }

    /// <summary>Frees what lives on the device; the metric can be used again afterwards.</summary>
    public void Dispose() => Reset();
}
