namespace MnistCnn.Kernels;

/// <summary>
/// y = x Wᵀ + b. Immutable.
/// <code>
/// x [N, inputs], y [N, outputs] and their gradients   rows at a stride of the caller's
/// weights, as in PyTorch                              [outputs, inputs]
/// packed for the forward pass                         [input] × [output]     panels, see SimdKernels
/// </code>
/// </summary>
internal sealed unsafe class Linear(SimdKernels simd, int inputs, int outputs)
{
    private readonly Dictionary<int, (RowTiles Whole, RowTiles Block)> weightRows = Panels(simd, outputs).Select(p => p.Count).Distinct()
        .ToDictionary(count => count, count => (RowTiles.Strided(count, 1, inputs), RowTiles.Strided(count, 1, simd.RowVectors * simd.Width)));

    public int Inputs => inputs;

    public int Outputs => outputs;

    public int PackedForwardLength => simd.PackedLength(inputs, outputs);

    /// <summary>Columns of the widest panel.</summary>
    public int BlockStride => simd.RowVectors * simd.Width;

    /// <summary>Packs the panel of the weights for <see cref="Forward"/> that starts at an output.</summary>
    /// <returns>The output at which the next panel starts.</returns>
    public int PackForward(int output, float* weights, float* packed)
    {
        int panel = simd.PanelWidth(output, outputs), columns = Math.Min(panel, outputs - output);
        Transposition.Run(weights + ((nint)output * inputs), inputs, columns, inputs, packed + ((nint)output * inputs), panel);
        return output + columns;
    }

    /// <summary>y = x Wᵀ + b, with ReLU if asked.</summary>
    /// <param name="rows">Tiles of the rows of x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="packed">From <see cref="PackForward"/>.</param>
    /// <param name="bias">Bias, padded to whole registers.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y">Output.</param>
    public void Forward(RowTiles rows, float* x, float* packed, float* bias, bool relu, float* y) => simd.Multiply(
        new TileOperands { A = x, AInner = 1, B = packed, BInner = 1, Outer = 1, Middle = 1, Inner = inputs, C = y, Bias = bias, Relu = relu },
        rows, outputs, packedDepth: inputs);

    /// <summary>Gradient of x, zero where the gate (x itself, if a ReLU made it; else null) is not above zero. With fewer inputs than a register holds, that much memory behind the weights is read.</summary>
    public void BackwardInput(RowTiles rows, float* outputGradients, float* weights, float* gate, float* inputGradients) => simd.Multiply(
        new TileOperands { A = outputGradients, AInner = 1, B = weights, BInner = inputs, Outer = 1, Middle = 1, Inner = outputs, C = inputGradients, Gate = gate },
        rows, inputs);

    /// <summary>
    /// Gradient of the weights of one panel of outputs and of some inputs (where x begins), over the whole batch: into PyTorch's layout, or into a block of rows of <see cref="BlockStride"/>.
    /// </summary>
    public void BackwardWeights(
        int count, float* x, int strideX, float* outputGradients, int strideY, int panelOutputs, int columns, float* weightGradients, bool block) => simd.Multiply(
        new TileOperands { A = outputGradients, AInner = strideY, B = x, BInner = strideX, Outer = 1, Middle = 1, Inner = count, C = weightGradients },
        block ? weightRows[panelOutputs].Block : weightRows[panelOutputs].Whole, columns);

    /// <summary>The panels of outputs: their first, and how many.</summary>
    public static IEnumerable<(int First, int Count)> Panels(SimdKernels simd, int outputs)
    {
        for (int first = 0, panel; first < outputs; first += panel)
        {
            panel = simd.PanelWidth(first, outputs);
            yield return (first, Math.Min(panel, outputs - first));
        }
    }
}
