using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>
/// Has the run-time compiler compile the kernels before they are needed, by running them once: steps of the reference network on a few images of noise, and their predictions. Thread-safe.
/// </summary>
internal static unsafe class KernelCompilation
{
    /// <summary>One slice, for the paths of whole groups: what memory it takes is not given back at once.</summary>
    private const int Images = CnnWorkspace.Slice;

    private static readonly Lazy<bool> done = new(RunOnce);

    /// <returns>Whether this processor has kernels worth using.</returns>
    public static bool Run() => SimdKernels.IsAccelerated && done.Value;

    private static bool RunOnce()
    {
        CnnPlan plan = new(CnnShape.Reference(28, 28, 10));
        CnnParameters weights = new(plan, backward: true), first = new(plan), second = new(plan), forInference = new(plan, inference: true);
        AlignedBuffer[] parameters = [.. Enumerable.Range(0, plan.LayerCount).SelectMany(l => new[] { Noise(plan.WeightLength(l), 0.1f), Noise(plan.OutputCount(l), 0.1f) })];
        nint[] addresses = [.. parameters.Select(p => (nint)p.Pointer)];
        CnnWorkspace workspace = new(plan, Images, threads: 1);
        CnnGradients gradients = new(plan, threads: 1);
        CnnInference inference = new(plan, threads: 1);
        NoiseImages images = new(plan.Convolutions[0].Shape.InputLength);
        long* labels = stackalloc long[Images];
        new Span<long>(labels, Images).Clear();

        // Once with inputs of the first linear layer that are mostly zero, once with others.
        foreach (float bias in (float[])[-0.1f, 1])
        {
            new Span<float>(parameters[(2 * plan.Convolutions.Length) - 1].Pointer, plan.OutputCount(plan.Convolutions.Length - 1)).Fill(bias);
            weights.Pack(addresses, threads: 1);
            forInference.Pack(addresses, threads: 1);
            workspace.Run(CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, images, Images, labels);
            gradients.Run(workspace, weights, first, second, AdamStep.Create(1e-3, 0.9, 0.999, 1e-8, 0, decoupled: false, step: 1));
            inference.Run(forInference, images, Images, workspace.Logits);
        }

        weights.Unpack(addresses, threads: 1);

        // Whose memory the kernels know by its addresses alone.
        GC.KeepAlive(parameters);
        GC.KeepAlive(workspace);
        return true;
    }

    private static AlignedBuffer Noise(int length, float scale)
    {
        AlignedBuffer noise = new(length);
        Random random = new(1);
        for (int i = 0; i < length; i++)
        {
            noise.Pointer[i] = scale * (random.NextSingle() - 0.5f);
        }

        return noise;
    }

    /// <summary>A square of noise in each.</summary>
    private sealed class NoiseImages(int length) : CnnImages
    {
        private readonly AlignedBuffer image = Square(length);

        public override void Read(int first, int count, float* destination)
        {
            for (int n = 0; n < count; n++)
            {
                new ReadOnlySpan<float>(image.Pointer, length).CopyTo(new Span<float>(destination + ((nint)n * length), length));
            }
        }

        private static AlignedBuffer Square(int length)
        {
            AlignedBuffer image = Noise(length, 1);
            new Span<float>(image.Pointer, length / 2).Clear();
            return image;
        }
    }
}
