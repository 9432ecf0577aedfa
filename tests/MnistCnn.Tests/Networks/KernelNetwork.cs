using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using MnistCnn.Kernels;
using MnistCnn.Layers;
using MnistCnn.Models;
using MnistCnn.Networks;
using MnistCnn.Tests.Kernels;

namespace MnistCnn.Tests.Networks;

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
        workspace = new CnnWorkspace(plan, capacity, threads);
        updates = new CnnGradients(plan, threads);
        unpacked = Unpacked(values);
        weights.Pack(Pointers(), threads);
    }

    /// <summary>The kernels for every register width; that of AVX-512 by halves where there is AVX2 alone.</summary>
    public static IEnumerable<SimdKernels> Widths()
    {
        yield return new SimdKernels<Simd128, Vector128<float>>();
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            yield return new SimdKernels<Simd256, Vector256<float>>();
            yield return Avx512F.IsSupported ? new SimdKernels<Simd512, Vector512<float>>() : new SimdKernels<Simd512InHalves, Vector512<float>>();
        }
    }

    /// <summary>Whether a <see cref="WinogradConvolution"/> takes images, and gradients of its outputs with a gap of 16 behind each image.</summary>
    public static bool Accepts(SimdKernels simd, ConvolutionShape shape, float[] images, float[] outputGradients)
    {
        fixed (float* image = images, gradient = outputGradients)
        {
            WinogradConvolution winograd = new(simd, shape, shape.OutputLength + 16);
            int count = images.Length / shape.InputLength;
            return winograd.Accepts(count, image) && winograd.AcceptsGradients(count, gradient);
        }
    }

    /// <summary>Networks of one to three convolutions and one to three linear layers.</summary>
    public static Gen<CnnShape> Networks =>
        from height in Gen.Int[9, 20]
        from width in Gen.Int[9, 20]
        from filters in Gen.Int[1, 70].Array[1, 3]
        from kernels in Gen.Int[1, 4].Array[3]
        from strides in Gen.Int[1, 3].Array[3]
        from hidden in Gen.Int[1, 140].Array[0, 2]
        from classes in Gen.Int[2, 20]
        select Network(height, width, filters, kernels, strides, hidden, classes);

    /// <summary>Noise, a third of it black: all over the images, or, if the seed is odd, in boxes of them.</summary>
    public static (float[] Images, long[] Labels) RandomBatch(CnnShape shape, int count, int seed)
    {
        Random random = new(seed);
        (int height, int width) = (shape.Convolutions[0].Height, shape.Convolutions[0].Width);
        float[] images = [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            (int top, int left) = seed % 2 == 0 ? (0, 0) : (random.Next(height), random.Next(width));
            (int bottom, int right) = seed % 2 == 0 ? (height, width) : (random.Next(top, height + 1), random.Next(left, width + 1));
            return Enumerable.Range(0, height * width).Select(p =>
                p / width < top || p / width >= bottom || p % width < left || p % width >= right || random.Next(3) == 0 ? 0 : random.NextSingle());
        })];
        return (images, [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(shape.Classes))]);
    }

    /// <summary>The logits of <see cref="CnnInference"/>.</summary>
    public static float[] Infer(CnnShape shape, float[][] values, float[] images, int threads, SimdKernels? simd = null)
    {
        CnnPlan plan = new(shape, simd);
        CnnParameters weights = new(plan, inference: true);
        AlignedBuffer[] unpacked = Unpacked(values);
        weights.Pack([.. unpacked.Select(b => (nint)b.Pointer)], threads);
        int length = shape.Convolutions[0].InputLength, count = images.Length / length;
        float[] logits = new float[count * shape.Classes];
        fixed (float* x = images, z = logits)
        {
            new CnnInference(plan, threads).Run(weights, new TensorImages(x, length), count, z);
        }

        return logits;
    }

    public static AlignedBuffer Filled(int length, Func<int, float> value)
    {
        AlignedBuffer buffer = new(length);
        for (int i = 0; i < length; i++)
        {
            buffer.Pointer[i] = value(i);
        }

        return buffer;
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

    public (double Loss, float[] ImageGradients) Backward(float[] images, long[] labels, float smoothing = 0, bool inTwoCalls = false, bool ofImages = true)
    {
        float[] imageGradients = new float[ofImages ? images.Length : 0];
        fixed (float* x = images, dx = imageGradients)
        fixed (long* y = labels)
        {
            CnnPass first = CnnPass.Forward | CnnPass.Loss, second = CnnPass.Backward;
            double loss = workspace.Run(inTwoCalls ? first : first | second, weights, ImagesAt(x), labels.Length, y, smoothing, dx).Loss;
            if (inTwoCalls)
            {
                workspace.Run(second, weights, images: null, labels.Length, imageGradients: dx);
            }

            updates.Run(workspace, gradients);
            return (loss / labels.Length, imageGradients);
        }
    }

    /// <summary>One more backward pass over the last forward pass.</summary>
    public float[] BackwardAgain(int count, int ofImages)
    {
        float[] imageGradients = new float[ofImages];
        fixed (float* dx = imageGradients)
        {
            workspace.Run(CnnPass.Backward, weights, images: null, count, imageGradients: dx);
            updates.Run(workspace, gradients);
        }

        return imageGradients;
    }

    public void Train(float[] images, long[] labels, double learningRate)
    {
        fixed (float* x = images)
        fixed (long* y = labels)
        {
            workspace.Run(CnnPass.Forward | CnnPass.Loss | CnnPass.Backward, weights, ImagesAt(x), labels.Length, y);
            updates.Run(workspace, weights, first, second, AdamStep.Create(learningRate, 0.9, 0.999, 1e-8, 0, false, ++step));
        }
    }

    /// <summary>How many outputs of the first linear layer the backward pass took; null for all.</summary>
    public int? Live => workspace.Live?.Count;

    /// <summary>Whether the first convolutions of some images passed over what is black.</summary>
    public bool TookForeground(int slice) => workspace.TookForeground(slice);

    public float[] Logits(int row) => new ReadOnlySpan<float>(workspace.Logits + (row * workspace.LogitStride), plan.Shape.Classes).ToArray();

    public float[] Gradient(int parameter) => Values(gradients, parameter);

    public float[] Parameter(int parameter) => Values(weights, parameter);

    public static void AssertNear(double[] expected, float[] actual, string what)
    {
        double scale = expected.Max(Math.Abs), worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        // The second term is the rounding of sums whose terms nearly cancel: of gradients of about 0.01, in single precision.
        double allowed = (1e-4 * scale) + 1e-9;
        Assert.True(worst <= allowed, $"{what}: expected a difference of at most {allowed}, found {worst}.");
    }

    private static CnnShape Network(int height, int width, int[] filters, int[] kernels, int[] strides, int[] hidden, int classes)
    {
        List<ConvolutionShape> convolutions = [];
        int channels = 1;
        for (int l = 0; l < filters.Length; l++)
        {
            ConvolutionShape shape = new(channels, height, width, filters[l], Math.Min(kernels[l], Math.Min(height, width)), strides[l]);
            convolutions.Add(shape);
            (channels, height, width) = (shape.Filters, shape.OutputHeight, shape.OutputWidth);
        }

        return new CnnShape(convolutions, [convolutions[^1].OutputLength, .. hidden, classes]);
    }

    private static AlignedBuffer[] Unpacked(float[][] values)
    {
        AlignedBuffer[] unpacked = [.. values.Select(v => new AlignedBuffer(v.Length))];
        for (int p = 0; p < values.Length; p++)
        {
            values[p].CopyTo(new Span<float>(unpacked[p].Pointer, values[p].Length));
        }

        return unpacked;
    }

    private static int Length(CnnShape shape, int parameter)
    {
        int layer = parameter / 2, linear = layer - shape.Convolutions.Count;
        return linear < 0
            ? shape.Convolutions[layer].Filters * (parameter % 2 == 0 ? shape.Convolutions[layer].Window : 1)
            : shape.Widths[linear + 1] * (parameter % 2 == 0 ? shape.Widths[linear] : 1);
    }

    private TensorImages ImagesAt(float* images) => new(images, plan.Shape.Convolutions[0].InputLength);

    private float[] Values(CnnParameters packed, int parameter)
    {
        packed.Unpack(Pointers(), threads);
        return new ReadOnlySpan<float>(unpacked[parameter].Pointer, Length(plan.Shape, parameter)).ToArray();
    }

    private nint[] Pointers() => [.. unpacked.Select(b => (nint)b.Pointer)];
}
