using MnistCnn.Layers;
using MnistCnn.Networks;

namespace MnistCnn.Benchmarks;

/// <summary>Operands of all passes of a convolution over a slice.</summary>
internal sealed class ConvolutionMemory(Convolution convolution)
{
    public AlignedBuffer Images { get; } = KernelMemory.Random(CnnWorkspace.Slice * convolution.Shape.InputLength);

    public AlignedBuffer ImageGradients { get; } = KernelMemory.Random(CnnWorkspace.Slice * convolution.Shape.InputLength);

    public AlignedBuffer Outputs { get; } = KernelMemory.Random(CnnWorkspace.Slice * convolution.OutputStride);

    public AlignedBuffer Bias { get; } = KernelMemory.Random(convolution.Shape.Filters);

    public AlignedBuffer Weights { get; } = KernelMemory.Random(convolution.PackedForwardLength);

    public AlignedBuffer WeightGradients { get; } = KernelMemory.Random(convolution.PackedForwardLength);

    public AlignedBuffer Backward { get; } = KernelMemory.Random(convolution.PackedBackwardLength);
}
