using BenchmarkDotNet.Attributes;
using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>The last convolution by Winograd's filtering, on a slice of 32 images 28 × 28; both gradients are one pass.</summary>
public unsafe class WinogradBenchmarks
{
    private WinogradConvolution convolution = null!;
    private ConvolutionMemory memory = null!;
    private AlignedBuffer scratch = null!;

    [GlobalSetup]
    public void SetUp()
    {
        CnnPlan plan = KernelMemory.Plan;
        Convolution direct = plan.Convolutions[^1];
        convolution = plan.Winograds[^1]!;
        memory = new ConvolutionMemory(direct);
        scratch = KernelMemory.Random(convolution.ScratchLength);
    }

    [Benchmark]
    public void Forward()
    {
        convolution.Transform(memory.Weights.Pointer, scratch.Pointer);
        convolution.Forward(CnnWorkspace.Slice, memory.Images.Pointer, scratch.Pointer, memory.Bias.Pointer, memory.Outputs.Pointer, scratch.Pointer);
    }

    [Benchmark]
    public void Backward() => convolution.Backward(
        CnnWorkspace.Slice, memory.Images.Pointer, memory.Outputs.Pointer, memory.Backward.Pointer, memory.WeightGradients.Pointer, memory.Images.Pointer, memory.ImageGradients.Pointer, scratch.Pointer);
}
