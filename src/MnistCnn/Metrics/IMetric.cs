using static TorchSharp.torch;

namespace MnistCnn.Metrics;

/// <summary>
/// A number computed from a model's outputs and the true labels, accumulated over batches. It never sees the model.
/// </summary>
/// <remarks>Instances accumulate state and belong to one thread at a time.</remarks>
public interface IMetric
{
    /// <summary>The name under which results list the metric, for instance <c>accuracy</c>.</summary>
    string Name { get; }

    /// <summary>Adds a batch. The metric reads the tensors during the call and keeps neither.</summary>
    /// <param name="output">Logits or probabilities [N, classes], floating-point.</param>
    /// <param name="labels">True classes [N], int64, on the same device.</param>
    void Update(Tensor output, Tensor labels);

    /// <summary>The value over all that was added since the last <see cref="Reset"/>.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added, or an output was not a number.</exception>
    double Compute();

    /// <summary>Forgets all that was added.</summary>
    void Reset();
}
