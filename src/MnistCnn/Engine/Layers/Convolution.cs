using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>
/// A two-dimensional convolution, with ReLU if asked: by Winograd's algorithm where the shape and the numbers allow it, else as it is defined. See
/// <see cref="DirectConvolution"/> for the layout.
/// </summary>
internal sealed unsafe class Convolution : Layer
{
    private const int GradientPiece = 4096;
    private readonly ParameterSlot weights, bias;
    private readonly bool hasBias;
    private readonly WinogradConvolution? winograd;
    private readonly int kernel;

    /// <param name="simd">The kernels.</param>
    /// <param name="description">The layer.</param>
    /// <param name="input">Its input.</param>
    /// <param name="output">Its output.</param>
    /// <param name="fusion">What else it does.</param>
    /// <param name="offset">Where its parameters begin.</param>
    public Convolution(SimdKernels simd, ConvolutionDescription description, MapLayout input, MapLayout output, Fusion fusion, int offset)
        : base(simd, input, output)
    {
        (Description, Fusion, kernel) = (description, fusion, description.Kernel);
        Direct = new DirectConvolution(simd, description, input, output);
        winograd = WinogradConvolution.Supports(simd, description, input) ? new WinogradConvolution(simd, description, input, output) : null;
        weights = new(description.Parameters[0], offset, ParameterSlot.Cut(Direct.PackedForwardLength), Direct.Copy);
        hasBias = description.Bias;
        // A convolution without bias adds zeros.
        bias = ParameterSlot.OfVector(description.Bias ? description.Parameters[1] : new("", [description.Filters]), offset + weights.Length);
    }

    public ConvolutionDescription Description { get; }

    public Fusion Fusion { get; }

    /// <summary>The convolution as it is defined.</summary>
    public DirectConvolution Direct { get; }

    /// <summary>Whether Winograd's algorithm may compute it.</summary>
    public bool HasWinograd => winograd is not null;

    public override bool IsRectified => Fusion.Relu;

    public override IReadOnlyList<ParameterSlot> Parameters => hasBias ? [weights, bias] : [weights];

    public override int ParameterEnd => bias.Offset + bias.Length;

    public override int SliceMemory => weights.Length + bias.Length;

    public override int ScratchLength => winograd?.ScratchLength ?? 0;

    public override int GradientItems => (SliceMemory + GradientPiece - 1) / GradientPiece;

    private int ForwardPrepared => winograd?.TransformedLength ?? 0;

    public override int PreparedLength(bool training) => ForwardPrepared + (training ? Direct.PackedBackwardLength + ForwardPrepared : 0);

    public override int PrepareItems(bool training) => training ? 2 : winograd is null ? 0 : 1;

    /// <summary>Transforms the weights for the forward pass, or packs and transforms them for the backward pass.</summary>
    public override void Prepare(float* parameters, float* prepared, int item)
    {
        float* packed = Backward(prepared);
        if (item == 0)
        {
            winograd?.TransformForward(parameters + weights.Offset, prepared);
            return;
        }

        for (int row = 0; row < kernel; row++)
        {
            Direct.PackBackward(parameters + weights.Offset, packed, row);
        }

        winograd?.TransformBackward(packed, packed + Direct.PackedBackwardLength);
    }

    public override void Forward(in LayerWork work)
    {
        if (winograd is null || work.IsAlone || !work.AreWeightsBounded)
        {
            Direct.Forward(work, Weights(work), Bias(work), Fusion.Relu);
        }
        else if (AreBounded(work.Input, Input, work.Count))
        {
            winograd.Forward(work, work.Prepared, Bias(work), Fusion.Relu);
        }
        else
        {
            ForwardOneByOne(work);
        }
    }

    public override void Backward(in LayerWork work)
    {
        float* packed = Backward(work.Prepared);
        Direct.BackwardBias(work, BiasGradient(work));
        if (winograd is not null && work.AreWeightsBounded && AreBounded(work.Input, Input, work.Count) && AreBounded(work.OutputGradient, Output, work.Count))
        {
            winograd.Backward(work, packed + Direct.PackedBackwardLength, WeightGradient(work), Fusion.GateInput);
            return;
        }

        Direct.BackwardWeights(work, WeightGradient(work));
        if (work.InputGradient is not null)
        {
            Direct.BackwardInput(work, packed, Fusion.GateInput);
        }
    }

    public override void ComputeGradients(in LayerWork work, int item) => Simd.SumRows(
        work.FirstSliceMemory + item * GradientPiece, SliceMemory, work.Slices, Math.Min(GradientPiece, SliceMemory - item * GradientPiece),
        work.Gradients + weights.Offset + item * GradientPiece);

    public float* Weights(in LayerWork work) => work.Parameters + weights.Offset;

    public float* Bias(in LayerWork work) => work.Parameters + bias.Offset;

    /// <summary>What a slice adds to the gradients.</summary>
    public static float* WeightGradient(in LayerWork work) => work.SliceMemory;

    public float* BiasGradient(in LayerWork work) => work.SliceMemory + weights.Length;

    /// <summary>
    /// The weights for the gradient of the input, as <see cref="DirectConvolution.PackBackward"/> packs them, then as Winograd's algorithm takes them.
    /// </summary>
    public float* Backward(float* prepared) => prepared + ForwardPrepared;

    /// <summary>An image's result must not depend on the others: images within the bound use Winograd's algorithm whatever the others hold.</summary>
    private void ForwardOneByOne(in LayerWork work)
    {
        LayerWork one = work with { Count = 1 };
        for (int n = 0; n < work.Count; n++, one.Input += Input.ImageStride, one.Output += Output.ImageStride)
        {
            if (AreBounded(one.Input, Input, 1))
            {
                winograd!.Forward(one, one.Prepared, Bias(one), Fusion.Relu);
            }
            else
            {
                Direct.Forward(one, Weights(one), Bias(one), Fusion.Relu);
            }
        }
    }

    private bool AreBounded(float* maps, MapLayout layout, int count) =>
        Simd.AllWithin(maps, layout.ImageStride, count, layout.ImageStride, WinogradConvolution.Limit);
}
