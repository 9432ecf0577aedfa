using MnistCnn.Layers;

namespace MnistCnn.Benchmarks;

/// <summary>Operands of all passes of a convolution over a slice.</summary>
internal sealed class ConvolutionMemory(Convolution convolution)
{
    public AlignedBuffer Images { get; } = KernelMemory.Random(Linear.Slice * convolution.Shape.InputLength);

    public AlignedBuffer ImageGradients { get; } = KernelMemory.Random(Linear.Slice * convolution.Shape.InputLength);

    public AlignedBuffer Outputs { get; } = KernelMemory.Random(Linear.Slice * convolution.OutputStride);

    public AlignedBuffer Bias { get; } = KernelMemory.Random(convolution.Shape.Filters);

    public AlignedBuffer Weights { get; } = KernelMemory.Random(convolution.PackedForwardLength);

    public AlignedBuffer WeightGradients { get; } = KernelMemory.Random(convolution.PackedForwardLength);

    public AlignedBuffer Backward { get; } = KernelMemory.Random(convolution.PackedBackwardLength);
}
