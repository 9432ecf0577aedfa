using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Engine;

/// <summary>Each channel times a number, plus another, with ReLU if asked; in prediction alone.</summary>
internal sealed unsafe class Scale : Layer
{
    private readonly MapRows rows;
    private readonly ParameterSlot weight, bias;
    private readonly bool relu;

    public Scale(SimdKernels simd, ScaleDescription description, MapLayout input, MapLayout output, Fusion fusion, int offset)
        : base(simd, input, output)
    {
        (rows, relu) = (new MapRows(input, output), fusion.Relu);
        weight = ParameterSlot.OfVector(description.Parameters[0], offset);
        bias = ParameterSlot.OfVector(description.Parameters[1], offset + weight.Length);
    }

    public override IReadOnlyList<ParameterSlot> Parameters => [weight, bias];

    public override bool IsRectified => relu;

    public override void Forward(in LayerWork work)
    {
        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                MapOperations.Affine(
                    work.Input + rows.Input(n, y), work.Output + rows.Output(n, y), rows.Pixels, Input.PixelStride, work.Parameters + weight.Offset,
                    work.Parameters + bias.Offset, relu);
            }
        }
    }

    public override void Backward(in LayerWork work) => throw new NotSupportedException("Scale: expected a forward pass alone.");
}
