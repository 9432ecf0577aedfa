using MnistCnn.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>
/// What a model answers for the images of a data set, batch by batch and then at once: one operation over all costs little more than over one batch.
/// </summary>
internal sealed class Predictions : IDisposable
{
    private readonly List<Tensor> outputs = [], labels = [];

    /// <summary>
    /// For operations on what was added: it is small, and libtorch's threads would spin on for milliseconds, on the cores that the next batch needs.
    /// </summary>
    public TorchThreadScope OneThread() => new(outputs[0].device_type == DeviceType.CPU ? 1 : 0);

    /// <summary>Adds outputs [N, classes] and labels [N], which the caller keeps.</summary>
    /// <exception cref="ArgumentException">They have other shapes or types.</exception>
    public void Add(Tensor output, Tensor label)
    {
        MetricInput.Check(output, label);
        outputs.Add(output.alias().DetachFromDisposeScope());
        labels.Add(label.alias().DetachFromDisposeScope());
    }

    /// <summary>The outputs and labels of all images.</summary>
    public (Tensor Outputs, Tensor Labels) All() => (cat(outputs), cat(labels));

    /// <summary>The images for which another class than the true one has the highest output.</summary>
    public static IReadOnlyList<Misclassification> Misclassified(MetricInput all)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wrong = all.Predicted.ne(all.Labels).nonzero().squeeze(1); // [wrong]
        Tensor probabilities = all.LossOfPredicted[wrong].neg().exp();
        long[] index = wrong.cpu().data<long>().ToArray(),
            truth = all.Labels[wrong].cpu().data<long>().ToArray(), taken = all.Predicted[wrong].cpu().data<long>().ToArray();
        float[] sure = probabilities.to_type(ScalarType.Float32).cpu().data<float>().ToArray();
        return [.. index.Select((image, i) => new Misclassification((int)image, (int)truth[i], (int)taken[i], sure[i]))];
    }

    /// <summary>How often predictions are right, by how probable they are.</summary>
    public static ReliabilityTable Reliability(MetricInput all)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = all.LossOfPredicted.neg().exp_().to_type(ScalarType.Float32).cpu(); // [N]
        return new ReliabilityTable(probabilities.data<float>().ToArray(), all.Predicted.eq(all.Labels).cpu().data<bool>().ToArray());
    }

    public void Dispose()
    {
        outputs.ForEach(tensor => tensor.Dispose());
        labels.ForEach(tensor => tensor.Dispose());
    }
}
