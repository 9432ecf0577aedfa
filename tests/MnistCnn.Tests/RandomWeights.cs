using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistCnn.Tests;

/// <summary>Weights that a seed determines. libtorch's own generator is one for the process: tests that run beside each other draw from it.</summary>
internal static class RandomWeights
{
    /// <summary>Draws weights and biases as PyTorch does, uniform in ±1/√inputs, and leaves those of normalisations as they are.</summary>
    public static T Seeded<T>(this T module, int seed)
        where T : nn.Module
    {
        using Generator generator = new((ulong)seed);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (nn.Module layer in module.modules())
        {
            Parameter[] own = [.. layer.parameters(recurse: false)];
            if (own.FirstOrDefault(parameter => parameter.dim() > 1) is { } weight)
            {
                double bound = 1 / Math.Sqrt(weight.numel() / weight.shape[0]);
                Array.ForEach(own, parameter => parameter.uniform_(-bound, bound, generator));
            }
        }

        return module;
    }

    /// <summary>A tensor of numbers from 0 up to, but not including, 1.</summary>
    public static Tensor Uniform(int seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return rand(shape, generator: generator);
    }
}
