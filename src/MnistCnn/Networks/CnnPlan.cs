using MnistCnn.Kernels;
using MnistCnn.Layers;

namespace MnistCnn.Networks;

/// <summary>The layers of a network over the kernels of one register width, numbered convolutions first. Immutable and thread-safe; one serves any number of workspaces.</summary>
internal sealed class CnnPlan
{
    public CnnPlan(CnnShape shape, SimdKernels? simd = null)
    {
        Shape = shape;
        Simd = simd ?? SimdKernels.Best;
        Strides = [.. shape.Widths.Select(RowStride)];
        ConvolutionShape last = shape.Convolutions[^1];
        Convolutions = [.. shape.Convolutions.Select((c, i) => new Convolution(Simd, c, i == shape.Convolutions.Count - 1 ? Strides[0] : c.OutputLength))];
        Linears = [.. shape.Widths.Zip(shape.Widths.Skip(1), (inputs, outputs) => (inputs, outputs))
            .Select((w, i) => new Linear(Simd, w.inputs, w.outputs, i == 0 ? last.Filters : 1))];
        Winograds = [.. Convolutions.Select((c, i) => i > 0 && WinogradConvolution.Supports(c.Shape, Simd) ? new WinogradConvolution(Simd, c.Shape, c.OutputStride) : null)];
        Sparses = [.. Linears.Select(l => SparseLinear.For(Simd, l))];
        Foregrounds = ForegroundConvolutions.For(this);
    }

    public CnnShape Shape { get; }

    public SimdKernels Simd { get; }

    public Convolution[] Convolutions { get; }

    /// <summary>Convolutions once more, a quarter of the multiplications; null where the shape does not allow it.</summary>
    public WinogradConvolution?[] Winograds { get; }

    /// <summary>The first two convolutions once more, over what the images show but black; null where the shape does not allow it.</summary>
    public ForegroundConvolutions? Foregrounds { get; }

    public Linear[] Linears { get; }

    /// <summary>Linear layers once more, without what is zero of their inputs; null where the shape does not allow it.</summary>
    public SparseLinear?[] Sparses { get; }

    /// <summary>Floats from row to row of the input of each linear layer, and of the logits.</summary>
    public int[] Strides { get; }

    public int LayerCount => Convolutions.Length + Linears.Length;

    /// <summary>Filters or outputs of a layer: the length of its bias.</summary>
    public int OutputCount(int layer) => layer < Convolutions.Length ? Convolutions[layer].Shape.Filters : Linears[layer - Convolutions.Length].Outputs;

    /// <summary>Floats of the packed weights of a layer.</summary>
    public int WeightLength(int layer) => layer < Convolutions.Length ? Convolutions[layer].PackedForwardLength : Linears[layer - Convolutions.Length].PackedForwardLength;

    /// <summary>Whole lines of the cache, and never a multiple of 1,024 bytes: rows so far apart compete for the same lines.</summary>
    private static int RowStride(int width)
    {
        const int line = 16;
        int stride = (width + line - 1) / line * line;
        return stride % 256 == 0 ? stride + line : stride;
    }
}
