using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// Has the run-time compiler compile the kernels before they are needed, by running them once: a step of the reference network on a few images, and their
/// prediction. Thread-safe.
/// </summary>
internal static unsafe class EngineWarmup
{
    /// <summary>One slice, for the paths of whole groups.</summary>
    private const int Images = 32;

    private static readonly Lazy<bool> Done = new(RunOnce);

    /// <returns>Whether this processor has kernels worth using.</returns>
    public static bool Run() => SimdKernels.IsAccelerated && Done.Value;

    private static bool RunOnce()
    {
        NetworkPlan plan = new(ReferenceNetwork.Create(28, 28, 10));
        NetworkWeights weights = new(plan, training: true), forInference = new(plan, training: false);
        ParameterBuffer gradients = new(plan);
        AlignedBuffer results = new(Images * plan.Description.Classes), zeros = new(plan.Parameters.Max(slot => slot.Description.Length));
        nint[] tensors = [.. plan.Parameters.Select(_ => (nint)zeros.Pointer)];
        long[] labels = new long[Images];
        fixed (long* label = labels)
        {
            weights.Pack(tensors, threads: 1);
            forInference.Pack(tensors, threads: 1);
            new TrainingPass(plan, Images, threads: 1).Run(new TrainingBatch { Images = Ink, Count = Images, Labels = label, Scale = 1f / Images }, weights,
                gradients);
            Elementwise.Adam(results.Pointer, results.Pointer, results.Pointer, results.Pointer, Images,
                AdamConstants.Create(new AdamSettings(0.9, 0.999, 1e-8, 0, IsDecoupled: false), 1e-3, step: 1));
            new InferencePass(plan, threads: 1).Run(forInference, Ink, Images, results.Pointer);
            weights.Values.Unpack(tensors, threads: 1);
        }

        GC.KeepAlive(results);
        GC.KeepAlive(zeros);
        return true;
    }

    /// <summary>A small part of each image, so that what leaves out the rest runs too.</summary>
    private static void Ink(int first, int count, float* destination)
    {
        for (int i = 0; i < count * 28 * 28; i++)
        {
            destination[i] = i % (28 * 28) < 100 ? 1 : 0;
        }
    }
}
