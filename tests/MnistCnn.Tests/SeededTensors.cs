using TorchSharp;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>Weights and images from a seed of their own: what other tests draw from libtorch's global generator at the same time changes nothing.</summary>
internal static class SeededTensors
{
    /// <summary>Draws the weights and biases of all convolutions and linear layers as PyTorch initialises them, uniformly within 1 / √(inputs of a sum).</summary>
    public static T WithWeights<T>(this T module, int seed)
        where T : nn.Module
    {
        using Generator generator = new((ulong)seed);
        using IDisposable noGradient = no_grad();
        foreach (nn.Module layer in module.modules())
        {
            Dictionary<string, TorchSharp.Modules.Parameter> own = layer.named_parameters(recurse: false).ToDictionary(p => p.name, p => p.parameter);
            if (own.TryGetValue("weight", out TorchSharp.Modules.Parameter? weight) && weight.dim() >= 2)
            {
                double bound = 1 / Math.Sqrt((double)weight.numel() / weight.shape[0]);
                foreach (TorchSharp.Modules.Parameter parameter in own.OrderByDescending(p => p.Key, StringComparer.Ordinal).Select(p => p.Value))
                {
                    parameter.uniform_(-bound, bound, generator);
                }
            }
        }

        return module;
    }

    /// <summary>Numbers of at least 0 and below 1.</summary>
    public static Tensor Uniform(int seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return rand(shape, generator: generator);
    }
}
