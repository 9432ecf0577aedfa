using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>Operands for the benchmarks of single kernels, which run on one thread, on a slice of the reference network's batch that is in the cache.</summary>
internal static unsafe class KernelMemory
{
    public static readonly CnnPlan Plan = new(CnnShape.Reference(28, 28, 10));

    /// <summary>Uniform within ±0.5.</summary>
    public static AlignedBuffer Random(int length)
    {
        Random random = new(1);
        AlignedBuffer buffer = new(length);
        foreach (ref float value in new Span<float>(buffer.Pointer, length))
        {
            value = random.NextSingle() - 0.5f;
        }

        return buffer;
    }
}
