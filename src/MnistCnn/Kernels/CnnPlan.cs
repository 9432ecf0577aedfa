namespace MnistCnn.Kernels;

/// <summary>The layers of a network over the kernels of one register width. Immutable and thread-safe; one serves any number of workspaces.</summary>
internal sealed class CnnPlan
{
    public CnnPlan(CnnShape shape, SimdKernels? simd = null)
    {
        Shape = shape;
        Simd = simd ?? SimdKernels.Best;
        Convolutions = [.. shape.Convolutions.Select(c => new Convolution(Simd, c))];
        Linears = [.. shape.Widths.Zip(shape.Widths.Skip(1), (inputs, outputs) => new Linear(Simd, inputs, outputs))];
        Strides = [.. shape.Widths.Select(RowStride)];
    }

    public CnnShape Shape { get; }

    public SimdKernels Simd { get; }

    public Convolution[] Convolutions { get; }

    public Linear[] Linears { get; }

    /// <summary>Floats from row to row of the input of each linear layer, and of the logits.</summary>
    public int[] Strides { get; }

    public int LayerCount => Convolutions.Length + Linears.Length;

    /// <summary>Floats of the weights (even) and biases (odd) of the layers.</summary>
    public int ParameterLength(int parameter)
    {
        int layer = parameter / 2, linear = layer - Convolutions.Length;
        return linear < 0
            ? Convolutions[layer].Shape.Filters * (parameter % 2 == 0 ? Convolutions[layer].Shape.Window : 1)
            : Linears[linear].Outputs * (parameter % 2 == 0 ? Linears[linear].Inputs : 1);
    }

    /// <summary>Whole registers, and never a multiple of 1,024 bytes: rows so far apart compete for the same lines of the cache.</summary>
    private int RowStride(int width)
    {
        int stride = (width + Simd.Width - 1) / Simd.Width * Simd.Width;
        return stride % 256 == 0 ? stride + 16 : stride;
    }
}
