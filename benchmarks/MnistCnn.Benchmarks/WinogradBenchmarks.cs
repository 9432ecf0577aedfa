using BenchmarkDotNet.Attributes;
using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>The last convolution by Winograd's filtering, on a slice of 32 images 28 × 28; both gradients are one pass.</summary>
[Config(typeof(InProcess))]
public unsafe class WinogradBenchmarks
{
    private WinogradConvolution convolution = null!;
    private AlignedBuffer images = null!, outputs = null!, weights = null!, backward = null!, bias = null!, imageGradients = null!, weightGradients = null!, scratch = null!;

    [GlobalSetup]
    public void SetUp()
    {
        CnnPlan plan = KernelMemory.Plan;
        Convolution direct = plan.Convolutions[^1];
        convolution = plan.Winograds[^1]!;
        images = KernelMemory.Random(Linear.Slice * direct.Shape.InputLength);
        imageGradients = KernelMemory.Random(Linear.Slice * direct.Shape.InputLength);
        outputs = KernelMemory.Random(Linear.Slice * direct.OutputStride);
        bias = KernelMemory.Random(direct.Shape.Filters);
        weights = KernelMemory.Random(direct.PackedForwardLength);
        weightGradients = KernelMemory.Random(direct.PackedForwardLength);
        backward = KernelMemory.Random(direct.PackedBackwardLength);
        scratch = KernelMemory.Random(convolution.ScratchLength);
    }

    [Benchmark]
    public void Forward()
    {
        convolution.Transform(weights.Pointer, scratch.Pointer);
        convolution.Forward(Linear.Slice, images.Pointer, scratch.Pointer, bias.Pointer, outputs.Pointer, scratch.Pointer);
    }

    [Benchmark]
    public void Backward() => convolution.Backward(
        Linear.Slice, images.Pointer, outputs.Pointer, backward.Pointer, weightGradients.Pointer, images.Pointer, imageGradients.Pointer, scratch.Pointer);
}
