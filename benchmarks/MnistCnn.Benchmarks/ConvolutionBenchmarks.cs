using BenchmarkDotNet.Attributes;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>The convolutions as they are defined: 0.78, 5.3 and 9.4 million multiply-adds a slice of 32 images 28 × 28, in each of the three passes.</summary>
public unsafe class ConvolutionBenchmarks
{
    private Convolution convolution = null!;
    private ConvolutionMemory memory = null!;

    [Params("conv1", "conv2", "conv3")]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        convolution = KernelMemory.Plan.Convolutions[Layer[^1] - '1'];
        memory = new ConvolutionMemory(convolution);
    }

    [Benchmark]
    public void Forward() => convolution.Forward(CnnWorkspace.Slice, memory.Images.Pointer, memory.Weights.Pointer, memory.Bias.Pointer, memory.Outputs.Pointer);

    [Benchmark]
    public void BackwardWeights() => convolution.BackwardWeights(CnnWorkspace.Slice, memory.Images.Pointer, memory.Outputs.Pointer, memory.WeightGradients.Pointer);

    [Benchmark]
    public void BackwardInput() => convolution.BackwardInput(CnnWorkspace.Slice, memory.Outputs.Pointer, memory.Backward.Pointer, memory.Images.Pointer, memory.ImageGradients.Pointer);
}
