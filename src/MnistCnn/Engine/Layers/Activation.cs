using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>x where it is above zero, else slope · x. Used where the layer before cannot fuse it.</summary>
internal sealed unsafe class Activation(SimdKernels simd, MapLayout input, MapLayout output, float slope, bool gateInput) : Layer(simd, input, output)
{
    private readonly MapRows rows = new(input, output);

    public override void Forward(in LayerWork work)
    {
        for (int n = 0; n < work.Count; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                MapOperations.Rectify(work.Input + rows.Input(n, y), work.Output + rows.Output(n, y), rows.Length, slope);
            }
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (int n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                // What a ReLU made is not below zero, and where it is zero, the gradient is.
                MapOperations.RectifyBackward(work.Input + rows.Input(n, y), work.OutputGradient + rows.Output(n, y), work.InputGradient + rows.Input(n, y),
                    rows.Length, gateInput ? 0 : slope);
            }
        }
    }
}
