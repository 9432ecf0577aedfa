using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>What a model took each image of a data set for; kept on the device until the end.</summary>
internal sealed class Predictions(bool outputsAreProbabilities) : IDisposable
{
    private readonly List<(Tensor Labels, Tensor Predicted, Tensor Probabilities)> batches = [];

    public int Count { get; private set; }

    public void Add(Tensor output, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor highest, Tensor predicted) = output.max(1); // [N], [N]
        Tensor probabilities = outputsAreProbabilities ? highest : (highest - output.logsumexp(1)).exp();
        batches.Add((labels.clone().DetachFromDisposeScope(), predicted.DetachFromDisposeScope(), probabilities.to_type(ScalarType.Float32).DetachFromDisposeScope()));
        Count += (int)labels.shape[0];
    }

    public IReadOnlyList<Misclassification> Misclassified()
    {
        List<Misclassification> found = [];
        int index = 0;
        using DisposeScope scope = NewDisposeScope();
        foreach ((Tensor labels, Tensor predicted, Tensor probabilities) in batches)
        {
            (long[] truths, long[] taken, float[] sure) = (labels.cpu().data<long>().ToArray(), predicted.cpu().data<long>().ToArray(), probabilities.cpu().data<float>().ToArray());
            for (int i = 0; i < truths.Length; i++, index++)
            {
                if (taken[i] != truths[i])
                {
                    found.Add(new Misclassification(index, (int)truths[i], (int)taken[i], sure[i]));
                }
            }
        }

        return found;
    }

    public void Dispose()
    {
        foreach ((Tensor labels, Tensor predicted, Tensor probabilities) in batches)
        {
            labels.Dispose();
            predicted.Dispose();
            probabilities.Dispose();
        }
    }
}
