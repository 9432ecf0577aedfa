using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistCnn.Engine;
using MnistCnn.Kernels;
using MnistCnn.Networks;
using MnistCnn.Tests.Kernels;

namespace MnistCnn.Tests.Engine;

/// <summary>A network on the engine, its memory visible to a test.</summary>
internal sealed unsafe class EngineNetwork
{
    private readonly NetworkPlan plan;
    private readonly ParameterMemory tensors;
    private readonly NetworkWeights weights;
    private readonly ParameterBuffer gradients, first, second;
    private readonly TrainingPass pass;
    private readonly int threads;
    private long step;

    public EngineNetwork(NetworkDescription network, float[][] parameters, int capacity = 64, int threads = 1, SimdKernels? simd = null, bool ofImages = false)
    {
        (this.threads, plan, tensors) = (threads, new NetworkPlan(network, simd, ofImages), new ParameterMemory(parameters));
        weights = new NetworkWeights(plan, training: true);
        (gradients, first, second) = (new ParameterBuffer(plan), new ParameterBuffer(plan), new ParameterBuffer(plan));
        pass = new TrainingPass(plan, capacity, threads);
        weights.Pack(tensors.Addresses, threads);
    }

    /// <summary>The kernels for every register width; that of AVX-512 by halves where there is AVX2 alone.</summary>
    public static IEnumerable<SimdKernels> Widths => Avx2.IsSupported && Fma.IsSupported && !Avx512F.IsSupported
        ? [.. SimdKernels.All, new SimdKernelsOfWidth<Simd512InHalves, Vector512<float>>()]
        : SimdKernels.All;

    public NetworkPlan Plan => plan;

    /// <summary>Forward pass, loss and backward pass.</summary>
    /// <returns>The mean loss.</returns>
    public double Backward(float[] images, long[] labels, float smoothing = 0, int firstTrained = 0) =>
        Pass(images, labels, smoothing, firstTrained).Loss / labels.Length;

    public LossAndHits Pass(float[] images, long[] labels, float smoothing = 0, int firstTrained = 0)
    {
        fixed (float* x = images)
        fixed (long* y = labels)
        {
            return pass.Run(
                new TrainingBatch
                {
                    Images = Reader(x, plan.Description.Input),
                    Count = labels.Length,
                    Labels = y,
                    Smoothing = smoothing,
                    Scale = 1f / labels.Length,
                    FirstTrained = firstTrained
                }, weights, gradients);
        }
    }

    /// <summary>A step of Adam.</summary>
    public void Train(float[] images, long[] labels, double learningRate)
    {
        Pass(images, labels);
        AdamConstants constants = AdamConstants.Create(new AdamSettings(0.9, 0.999, 1e-8, 0, IsDecoupled: false), learningRate, ++step);
        weights.Refresh(threads, p => Elementwise.Adam(weights.Values.Pointer + p.Start, gradients.Pointer + p.Start, first.Pointer + p.Start,
            second.Pointer + p.Start, p.Length, constants));
    }

    /// <summary>The output for an image of the last pass.</summary>
    public float[] Output(int image) => new ReadOnlySpan<float>(pass.Output + (nint)image * plan.Maps[^1].ImageStride, plan.Description.Classes).ToArray();

    public float[] Outputs(int count) => [.. Enumerable.Range(0, count).SelectMany(Output)];

    /// <summary>The gradients of the images of the last pass, channels first.</summary>
    public float[] ImageGradients(int count)
    {
        MapLayout map = plan.Maps[0];
        (int height, int width) = (map.Shape.Height, map.Shape.Width);
        return [.. Enumerable.Range(0, count * map.Shape.Length).Select(i =>
            pass.ImageGradients[i / map.Shape.Length * map.ImageStride + map.Offset(i / width % height,
                i % width) + i / (height * width) % map.Shape.Channels])];
    }

    public float[] Gradient(int parameter) => Values(gradients, parameter);

    public float[] Parameter(int parameter) => Values(weights.Values, parameter);

    /// <summary>The output of the inference pass.</summary>
    public static float[] Infer(NetworkDescription network, float[][] parameters, float[] images, int threads = 1, SimdKernels? simd = null)
    {
        NetworkPlan plan = new(network, simd);
        NetworkWeights weights = new(plan, training: false);
        ParameterMemory tensors = new(parameters);
        weights.Pack(tensors.Addresses, threads);
        int count = images.Length / network.Input.Length;
        float[] results = new float[count * network.Classes];
        fixed (float* x = images, z = results)
        {
            new InferencePass(plan, threads).Run(weights, Reader(x, network.Input), count, z);
        }

        GC.KeepAlive(tensors);
        return results;
    }

    /// <summary>Fails unless all numbers agree to 1e-4 of the largest.</summary>
    public static void AssertNear(IEnumerable<double> expected, float[] actual, string what)
    {
        double[] exact = [.. expected];
        Assert.Equal(exact.Length, actual.Length);
        // The second term is the rounding of sums whose terms nearly cancel: of gradients of about 0.01, in single precision.
        double worst = exact.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), allowed = 1e-4 * exact.Max(Math.Abs) + 1e-9;
        Assert.True(worst <= allowed, $"{what}: expected a difference of at most {allowed}, found {worst}.");
    }

    /// <summary>Images [count, channels, height, width] as the engine asks for them, [count, height, width, channels].</summary>
    private static ImageReader Reader(float* images, MapShape shape) => (from, count, destination) =>
    {
        int pixels = shape.Height * shape.Width;
        for (int i = 0; i < count * shape.Length; i++)
        {
            (int image, int place) = (from + i / shape.Length, i % shape.Length);
            destination[i] = images[(nint)image * shape.Length + place % shape.Channels * pixels + place / shape.Channels];
        }
    };

    private float[] Values(ParameterBuffer packed, int parameter)
    {
        ParameterMemory unpacked = new([.. plan.Parameters.Select(slot => new float[slot.Description.Length])]);
        packed.Unpack(unpacked.Addresses, threads);
        return unpacked.ToArray(parameter);
    }
}
