using BenchmarkDotNet.Attributes;
using MnistCnn.Kernels;

namespace MnistCnn.Benchmarks;

/// <summary>The convolutions as they are defined: 0.78, 5.3 and 9.4 million multiply-adds a slice of 32 images 28 × 28, in each of the three passes.</summary>
[Config(typeof(InProcess))]
public unsafe class ConvolutionBenchmarks
{
    private Convolution convolution = null!;
    private AlignedBuffer images = null!, outputs = null!, weights = null!, backward = null!, bias = null!, imageGradients = null!, weightGradients = null!;
    private RowTiles rows = null!;

    [Params("conv1", "conv2", "conv3")]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        convolution = KernelMemory.Plan.Convolutions[Layer[^1] - '1'];
        images = KernelMemory.Random(Linear.Slice * convolution.Shape.InputLength);
        imageGradients = KernelMemory.Random(Linear.Slice * convolution.Shape.InputLength);
        outputs = KernelMemory.Random(Linear.Slice * convolution.OutputStride);
        bias = KernelMemory.Random(convolution.Shape.Filters);
        weights = KernelMemory.Random(convolution.PackedForwardLength);
        weightGradients = KernelMemory.Random(convolution.PackedForwardLength);
        backward = KernelMemory.Random(convolution.PackedBackwardLength);
        rows = RowTiles.Strided(Linear.Slice, convolution.OutputStride, convolution.Shape.InputLength);
    }

    [Benchmark]
    public void Forward() => convolution.Forward(Linear.Slice, images.Pointer, weights.Pointer, bias.Pointer, outputs.Pointer);

    [Benchmark]
    public void BackwardWeights() => convolution.BackwardWeights(Linear.Slice, images.Pointer, outputs.Pointer, weightGradients.Pointer);

    [Benchmark]
    public void BackwardInput() => convolution.BackwardInput(rows, outputs.Pointer, backward.Pointer, images.Pointer, imageGradients.Pointer);
}
