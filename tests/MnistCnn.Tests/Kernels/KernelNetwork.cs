using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Kernels;

namespace MnistCnn.Tests.Kernels;

/// <summary>A network over the kernels, its memory visible to a test.</summary>
internal sealed unsafe class KernelNetwork
{
    private readonly AlignedBuffer[] unpacked;
    private readonly CnnPlan plan;
    private readonly CnnParameters weights, gradients, first, second;
    private readonly CnnWorkspace workspace;
    private readonly CnnGradients updates;
    private readonly int threads;
    private long step;

    public KernelNetwork(CnnShape shape, float[][] values, int capacity, int threads, SimdKernels? simd = null)
    {
        this.threads = threads;
        plan = new CnnPlan(shape, simd);
        weights = new CnnParameters(plan, backward: true);
        (gradients, first, second) = (new CnnParameters(plan), new CnnParameters(plan), new CnnParameters(plan));
        workspace = new CnnWorkspace(plan, capacity, threads, training: true);
        updates = new CnnGradients(plan, threads);
        unpacked = [.. values.Select(v => new AlignedBuffer(v.Length))];
        for (int p = 0; p < values.Length; p++)
        {
            values[p].CopyTo(new Span<float>(unpacked[p].Pointer, values[p].Length));
        }

        weights.Pack(Pointers(), threads);
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

    /// <summary>Whether <see cref="WinogradConvolution"/> takes these rows.</summary>
    public static bool Accepts(SimdKernels simd, float[] values, int stride, int columns)
    {
        fixed (float* rows = values)
        {
            return new WinogradConvolution(simd, new ConvolutionShape(16, 6, 6, 16, 3, 1), 256).Accepts(rows, stride, values.Length / stride, columns);
        }
    }

    /// <summary>Uniform within ±1/√fan-in, as PyTorch does.</summary>
    public static float[][] RandomParameters(CnnShape shape, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, shape.ParameterCount).Select(p =>
        {
            double bound = 1 / Math.Sqrt((double)Length(shape, p & -2) / Length(shape, p | 1));
            return Enumerable.Range(0, Length(shape, p)).Select(_ => (float)(((2 * random.NextDouble()) - 1) * bound)).ToArray();
        })];
    }

    public (double Loss, float[] ImageGradients) Backward(float[] images, long[] labels, float smoothing = 0, bool inTwoCalls = false)
    {
        float[] imageGradients = new float[images.Length];
        fixed (float* x = images, dx = imageGradients)
        fixed (long* y = labels)
        {
            CnnPass first = CnnPass.Forward | CnnPass.Loss, second = CnnPass.Backward | CnnPass.ImageGradient;
            double loss = workspace.Run(inTwoCalls ? first : first | second, weights, x, labels.Length, y, smoothing, dx);
            if (inTwoCalls)
            {
                workspace.Run(second, weights, x, labels.Length, imageGradients: dx);
            }

            updates.Run(workspace, gradients);
            return (loss / labels.Length, imageGradients);
        }
    }

    public void Train(float[] images, long[] labels, double learningRate)
    {
        fixed (float* x = images)
        fixed (long* y = labels)
        {
            workspace.Run(CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, x, labels.Length, y);
            updates.Run(workspace, weights, first, second, AdamStep.Create(learningRate, 0.9, 0.999, 1e-8, 0, false, ++step));
        }
    }

    public float[] Logits(int row) => new ReadOnlySpan<float>(workspace.Logits + (row * workspace.LogitStride), plan.Shape.Classes).ToArray();

    public float[] Gradient(int parameter) => Values(gradients, parameter);

    public float[] Parameter(int parameter) => Values(weights, parameter);

    private static int Length(CnnShape shape, int parameter)
    {
        int layer = parameter / 2, linear = layer - shape.Convolutions.Count;
        return linear < 0
            ? shape.Convolutions[layer].Filters * (parameter % 2 == 0 ? shape.Convolutions[layer].Window : 1)
            : shape.Widths[linear + 1] * (parameter % 2 == 0 ? shape.Widths[linear] : 1);
    }

    private float[] Values(CnnParameters packed, int parameter)
    {
        packed.Unpack(Pointers(), threads);
        return new ReadOnlySpan<float>(unpacked[parameter].Pointer, Length(plan.Shape, parameter)).ToArray();
    }

    private nint[] Pointers() => [.. unpacked.Select(b => (nint)b.Pointer)];
}
