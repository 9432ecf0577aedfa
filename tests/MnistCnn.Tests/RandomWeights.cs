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
        double bound = 0;
        foreach (Parameter parameter in module.parameters())
        {
            bool isWeight = parameter.shape.Length > 1;
            bound = isWeight ? 1 / Math.Sqrt(parameter.numel() / parameter.shape[0]) : bound;
            if (bound > 0)
            {
                parameter.uniform_(-bound, bound, generator);
            }

            // A bias follows its weights.
            bound = isWeight ? bound : 0;
        }

        return module;
    }
}
