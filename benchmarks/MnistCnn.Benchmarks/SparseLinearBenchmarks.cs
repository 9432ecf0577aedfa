using BenchmarkDotNet.Attributes;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>The first linear layer over 64 images, whose inputs a ReLU made: all products, and those of what is not zero.</summary>
public unsafe class SparseLinearBenchmarks
{
    private const int Images = NonZeros.Word;
    private readonly AlignedBuffer used = new(2 * Images * NonZeros.WordsOf(1024));
    private Linear linear = null!;
    private SparseLinear sparse = null!;
    private AlignedBuffer x = null!, y = null!, weights = null!, gradient = null!;
    private int strideX, strideY;

    /// <summary>Percentage of the inputs that are not zero.</summary>
    [Params(25, 50, 75)]
    public int Used { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        CnnPlan plan = KernelMemory.Plan;
        (linear, sparse, strideX, strideY) = (plan.Linears[0], plan.Sparses[0]!, plan.Strides[0], plan.Strides[1]);
        (x, y) = (KernelMemory.Random(Images * strideX), KernelMemory.Random(Images * strideY));
        (weights, gradient) = (KernelMemory.Random(linear.PackedForwardLength), KernelMemory.Random(Linear.GradientInputs * linear.CompactStride));
        Random random = new(1);
        for (int i = 0; i < Images * strideX; i++)
        {
            x.Pointer[i] = random.Next(100) < Used ? x.Pointer[i] : 0;
        }
    }

    [Benchmark]
    public int Find() => NonZeros.Find(x.Pointer, strideX, Images, linear.Inputs, (ulong*)used.Pointer, Images);

    [Benchmark]
    public void Forward() => linear.Forward(Images, x.Pointer, strideX, weights.Pointer, null, relu: false, y.Pointer, strideY, 0, linear.Inputs);

    [Benchmark]
    public void FindAndForwardSparse()
    {
        Find();
        sparse.Forward(Images, x.Pointer, strideX, (ulong*)used.Pointer, Images, weights.Pointer, null, relu: false, y.Pointer, strideY, 0, linear.Inputs);
    }

    [Benchmark]
    public void BackwardWeights()
    {
        for (int input = 0; input < linear.Inputs; input += Linear.GradientInputs)
        {
            linear.BackwardWeights(Images, x.Pointer + input, strideX, y.Pointer, strideY, Linear.GradientInputs, linear.Columns, gradient.Pointer, compact: true);
        }
    }

    [Benchmark]
    public void FindAndBackwardWeightsSparse()
    {
        Find();
        for (int input = 0; input < linear.Inputs; input += Linear.GradientInputs)
        {
            sparse.BackwardWeights(
                Images, x.Pointer + input, strideX, (ulong*)used.Pointer + (input / NonZeros.Word * Images), y.Pointer, strideY, Linear.GradientInputs, linear.Columns, gradient.Pointer);
        }
    }
}
