using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Samples.Results;

/// <summary>The weights and biases of a model's first convolution.</summary>
internal static class FirstLayer
{
    public static (float[] Weights, float[] Biases) Of(CnnClassifier model)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> state = model.state_dict();
        return (Values(state["conv1.weight"]), Values(state["conv1.bias"]));
    }

    private static float[] Values(Tensor tensor) => tensor.detach().cpu().to(float32).contiguous().data<float>().ToArray();
}
