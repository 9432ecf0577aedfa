using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

/// <summary>A network over the kernels, its memory visible to a test.</summary>
internal sealed unsafe class KernelNetwork
{
    private readonly AlignedBuffer[] parameters, gradients, first, second;
    private readonly CnnPlan plan;
    private readonly CnnWeights weights;
    private readonly CnnWorkspace workspace;
    private readonly CnnGradients updates;
    private readonly int threads;
    private long step;

    public KernelNetwork(CnnShape shape, float[][] values, int capacity, int threads, SimdKernels? simd = null, bool keep = false)
    {
        this.threads = threads;
        plan = new CnnPlan(shape, simd);
        weights = new CnnWeights(plan, training: true, imageGradient: true);
        workspace = new CnnWorkspace(plan, capacity, threads, training: true, keep);
        updates = new CnnGradients(plan, threads);
        parameters = [.. values.Select(v => new AlignedBuffer(v.Length))];
        (gradients, first, second) = (Like(values), Like(values), Like(values));
        for (int p = 0; p < values.Length; p++)
        {
            values[p].CopyTo(new Span<float>(parameters[p].Pointer, values[p].Length));
        }
    }

    public static IEnumerable<SimdKernels> Widths()
    {
        yield return new SimdKernels<Simd128, Vector128<float>>();
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            yield return new SimdKernels<Simd256, Vector256<float>>();
        }

        if (Avx512F.IsSupported)
        {
            yield return new SimdKernels<Simd512, Vector512<float>>();
        }
    }

    /// <summary>Uniform within ±1/√fan-in, as PyTorch does.</summary>
    public static float[][] RandomParameters(CnnShape shape, int seed)
    {
        Random random = new(seed);
        CnnPlan plan = new(shape);
        return [.. Enumerable.Range(0, shape.ParameterCount).Select(p =>
        {
            double bound = 1 / Math.Sqrt((double)plan.ParameterLength(p & -2) / plan.ParameterLength(p | 1));
            return Enumerable.Range(0, plan.ParameterLength(p)).Select(_ => (float)(((2 * random.NextDouble()) - 1) * bound)).ToArray();
        })];
    }

    public (double Loss, float[] ImageGradients) Backward(float[] images, long[] labels, float smoothing = 0, bool inTwoCalls = false)
    {
        float[] imageGradients = new float[images.Length];
        weights.Pack(Pointers(parameters), threads);
        fixed (float* x = images, dx = imageGradients)
        fixed (long* y = labels)
        {
            CnnPass first = CnnPass.Forward | CnnPass.Loss, second = CnnPass.Backward | CnnPass.ImageGradient;
            double loss = workspace.Run(inTwoCalls ? first : first | second, weights, x, labels.Length, y, smoothing, dx);
            if (inTwoCalls)
            {
                workspace.Run(second, weights, x, labels.Length, imageGradients: dx);
            }

            updates.Run(workspace, Pointers(gradients));
            return (loss / labels.Length, imageGradients);
        }
    }

    public void Train(float[] images, long[] labels, double learningRate)
    {
        weights.Pack(Pointers(parameters), threads);
        fixed (float* x = images)
        fixed (long* y = labels)
        {
            workspace.Run(CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, x, labels.Length, y);
            updates.Run(workspace, Pointers(parameters), Pointers(first), Pointers(second), AdamStep.Create(learningRate, 0.9, 0.999, 1e-8, 0, false, ++step));
        }
    }

    public float[] Logits(int row) => new ReadOnlySpan<float>(workspace.Logits + (row * workspace.LogitStride), plan.Shape.Classes).ToArray();

    public float[] Gradient(int parameter) => Values(gradients, parameter);

    public float[] Parameter(int parameter) => Values(parameters, parameter);

    private float[] Values(AlignedBuffer[] buffers, int p) => new ReadOnlySpan<float>(buffers[p].Pointer, plan.ParameterLength(p)).ToArray();

    private static AlignedBuffer[] Like(float[][] values) => [.. values.Select(v => new AlignedBuffer(v.Length))];

    private static nint[] Pointers(AlignedBuffer[] buffers) => [.. buffers.Select(b => (nint)b.Pointer)];
}
