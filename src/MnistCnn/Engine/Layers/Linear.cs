using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// y = x Wᵀ + b, with ReLU if asked.
/// <code>
/// x [N, inputs], y [N, outputs] and their gradients   rows at strides
/// W, as in PyTorch                                    [outputs, inputs]; the inputs, if they were an image, are [channels, pixels]
/// packed W, and its gradient                          [input] × [output] in panels, see SimdKernels; the inputs, if they are an image, are [pixels, channels]
/// </code>
/// A wide layer cuts its inputs into blocks: a thread works on the same blocks in both passes, so that the weights of a block stay in the cache of one core.
/// </summary>
internal sealed unsafe class Linear : Layer
{
    private const int GradientInputs = InputBlocks.GradientInputs;
    private readonly bool relu, gateInput;
    private readonly int outputs, panel, gradientWidth;
    private readonly InputBlocks blocks;
    private readonly ParameterSlot weights, bias;
    private readonly bool hasBias;

    /// <param name="simd">The kernels.</param>
    /// <param name="description">The layer.</param>
    /// <param name="input">Its input.</param>
    /// <param name="output">Its output.</param>
    /// <param name="fusion">What else it does.</param>
    /// <param name="offset">Where its parameters begin.</param>
    public Linear(SimdKernels simd, LinearDescription description, MapLayout input, MapLayout output, Fusion fusion, int offset)
        : base(simd, input, output)
    {
        (relu, gateInput, outputs, panel, gradientWidth) =
            (fusion.Relu, fusion.GateInput, description.Outputs, simd.PanelWidth(description.Outputs), 2 * simd.Width);
        blocks = new InputBlocks(Inputs);
        weights = new(description.Parameters[0], offset, Pieces(), new LinearWeights(input, outputs, panel).Copy, Columns / panel);
        hasBias = description.Bias;
        // A convolution without bias adds zeros.
        bias = ParameterSlot.OfVector(description.Bias ? description.Parameters[1] : new("", [outputs]), offset + weights.Length);
    }

    public override bool IsRectified => relu;

    public override IReadOnlyList<ParameterSlot> Parameters => hasBias ? [weights, bias] : [weights];

    public override int ParameterEnd => bias.Offset + bias.Length;

    public override int ImageMemory => IsWide ? blocks.Count * Output.ImageStride : 0;

    public override int SliceMemory => IsWide ? LiveOutputs.Length(outputs) : 0;

    public override int ScratchLength => Math.Max(
        Math.Max((Columns + 1) * gradientWidth, Columns * GradientInputs),
        Inputs > InputBlocks.MostOfBlock ? MostRows * blocks.Count * Output.ImageStride : 0);

    public override int SharedForwardItems => IsWide ? blocks.Count : 0;

    public override int SharedBackwardItems => IsWide ? GradientItems : 0;

    public override bool ReadsOutputGradients => true;

    public override int GradientItems => blocks.GradientItems;

    /// <summary>Images of a call at most.</summary>
    public static int MostRows => 64;

    private int Inputs => Input.Inputs;

    private bool IsWide => blocks.Count > 1;

    /// <summary>Outputs padded to whole registers.</summary>
    private int Columns => Simd.Padded(outputs);

    public override void Forward(in LayerWork work)
    {
        if (Inputs <= InputBlocks.MostOfBlock)
        {
            Multiply(work, 0, Inputs, work.Parameters + bias.Offset, relu, work.Output, Output.ImageStride);
            return;
        }

        LayerWork parts = work;
        parts.ImageMemory = work.Scratch;
        for (int block = 0; block < blocks.Count; block++)
        {
            SharedForward(parts, block);
        }

        FinishForward(parts);
    }

    /// <summary>What a block of inputs adds to the outputs.</summary>
    public override void SharedForward(in LayerWork work, int item) =>
        Multiply(work, blocks.FirstOf(item), blocks.LengthOf(item), item == 0 ? work.Parameters + bias.Offset : null, relu: false,
            work.ImageMemory + item * Output.ImageStride, blocks.Count * Output.ImageStride);

    public override void FinishForward(in LayerWork work)
    {
        if (!IsWide)
        {
            Forward(work);
            return;
        }

        for (nint n = 0; n < work.Count; n++)
        {
            Simd.SumRows(work.ImageMemory + n * blocks.Count * Output.ImageStride, Output.ImageStride, blocks.Count, Columns,
                work.Output + n * Output.ImageStride, relu: relu);
        }

        if (work.Gradients is not null)
        {
            new LiveOutputs(work.SliceMemory, outputs).FindActivity(work.Output, Output.ImageStride, work.Count);
        }
    }

    public override void Backward(in LayerWork work)
    {
        if (work.InputGradient is not null)
        {
            BackwardInput(work, null, 0, Inputs);
        }
    }

    /// <summary>Makes compact rows of gradients: see <see cref="LiveOutputs"/>.</summary>
    public override void BeginSharedBackward(in LayerWork work)
    {
        LiveOutputs live = new(work.SliceMemory, outputs);
        live.List(work.FirstSliceMemory, work.Slices, outputs);
        live.Compact(work.OutputGradient, Output.ImageStride, work.Count, work.ImageMemory, ImageMemory);
    }

    public override void SharedBackward(in LayerWork work, int item)
    {
        if (blocks.OfItem(item) is (var first, > 0 and var inputs) && work.InputGradient is not null)
        {
            BackwardInput(work, LiveOf(work, work.AreWeightsBounded), first, inputs);
        }
    }

    public override void ComputeGradients(in LayerWork work, int item)
    {
        if (blocks.OfItem(item) is (var first, > 0 and var inputs))
        {
            BackwardWeights(work, LiveOf(work, Simd.AllWithin(work.Input + first, Input.ImageStride, work.Count, Simd.Padded(inputs), float.MaxValue)), first,
                inputs);
        }

        if (item == 0)
        {
            Simd.SumRows(work.OutputGradient, Output.ImageStride, work.Count, Columns, work.Gradients + bias.Offset);
        }
    }

    /// <summary>
    /// The outputs to compute with, null for all. Sums without the others lose zeros alone, so no bit changes, if what the zeros are multiplied by is bounded:
    /// zero times infinity is not zero.
    /// </summary>
    private LiveOutputs? LiveOf(in LayerWork work, bool isBounded) => IsWide && relu && isBounded ? new LiveOutputs(work.FirstSliceMemory, outputs) : null;

    /// <summary>A panel's block for each item: the thread that updates weights is the one that computes with them.</summary>
    private IReadOnlyList<int> Pieces() => Inputs * panel % 16 == 0 && IsWide
        ? [.. Enumerable.Range(0, Columns / panel).SelectMany(_ => Enumerable.Range(0, blocks.Count).Select(block => blocks.LengthOf(block) * panel))]
        : ParameterSlot.Cut(Simd.PackedLength(Inputs, outputs));

    /// <summary>What some inputs add to y.</summary>
    private void Multiply(in LayerWork work, int first, int inputs, float* bias, bool relu, float* y, int strideY)
    {
        float* packed = work.Parameters + weights.Offset + (nint)first * panel, x = work.Input + first;
        if (work.Count == 1 && panel == Simd.RowVectors * Simd.Width && work.AreWeightsBounded)
        {
            Simd.MultiplyRow(x, inputs, packed, Inputs, Columns, bias, y);
            if (relu)
            {
                Simd.SumRows(y, 0, 1, Columns, y, relu: true);
            }

            return;
        }

        TileOperands operands = new() { A = x, AInner = 1, B = packed, BInner = 1, Outer = 1, Middle = 1, Inner = inputs, C = y, Bias = bias, Relu = relu };
        Simd.Multiply(ref operands, RowSet.Strided(work.Count, Input.ImageStride, strideY), Columns, packedDepth: Inputs);
    }

    /// <summary>Transposes some columns of the weights, which stay in the first-level cache while all rows are multiplied by them.</summary>
    private void BackwardInput(in LayerWork work, LiveOutputs? live, int first, int inputs)
    {
        for (int input = first; input < first + inputs; input += gradientWidth)
        {
            int taken = Math.Min(gradientWidth, first + inputs - input);
            float* row = work.Scratch;
            for (int output = 0; output < outputs; output += panel)
            {
                row = Transposition.Panel(work.Parameters + weights.Offset + (nint)output * Inputs + (nint)input * panel, panel, taken,
                    live is { } some ? some.Any + output : null, row, gradientWidth);
            }

            TileOperands operands = new()
            {
                A = live is null ? work.OutputGradient : work.ImageMemory,
                AInner = 1,
                B = work.Scratch,
                BInner = gradientWidth,
                Outer = 1,
                Middle = 1,
                Inner = live?.Count ?? outputs,
                C = work.InputGradient + input,
                Gate = gateInput ? work.Input + input : null,
            };
            Simd.Multiply(ref operands, RowSet.Strided(work.Count, live is null ? Output.ImageStride : ImageMemory, Input.ImageStride), Simd.Padded(taken));
        }
    }

    /// <summary>The gradient of the weights of some inputs: output by output, then transposed into the panels.</summary>
    private void BackwardWeights(in LayerWork work, LiveOutputs? live, int first, int inputs)
    {
        float* rows = work.Scratch;
        TileOperands operands = new()
        {
            A = live is null ? work.OutputGradient : work.ImageMemory,
            AInner = live is null ? Output.ImageStride : ImageMemory,
            B = work.Input + first,
            BInner = Input.ImageStride,
            Outer = 1,
            Middle = 1,
            Inner = work.Count,
            C = rows,
        };
        Simd.Multiply(ref operands, live is { } some ? RowSet.Listed(some.Count, some.Places, some.Rows) : RowSet.Strided(outputs, 1, GradientInputs),
            Simd.Padded(inputs));
        for (int output = 0; output < outputs && live is not null; output++)
        {
            if (live.Value.Any[output] == 0)
            {
                new Span<float>(rows + output * GradientInputs, inputs).Clear();
            }
        }

        for (int output = 0; output < outputs; output += panel)
        {
            Transposition.Run(rows + output * GradientInputs, GradientInputs, Math.Min(panel, outputs - output), inputs,
                work.Gradients + weights.Offset + (nint)output * Inputs + (nint)first * panel, panel);
        }
    }
}
