using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>Probabilities p of each row. With g the gradient of p, that of the input is p (g − Σ g p).</summary>
internal sealed unsafe class Softmax(SimdKernels simd, MapLayout input, MapLayout output) : Layer(simd, input, output)
{
    public override void Forward(in LayerWork work)
    {
        for (nint n = 0; n < work.Count; n++)
        {
            SoftmaxCrossEntropy.Softmax(Input.Shape.Length, work.Input + n * Input.ImageStride, work.Output + n * Output.ImageStride);
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (nint n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            float* probability = work.Output + n * Output.ImageStride, from = work.OutputGradient + n * Output.ImageStride, to = work.InputGradient + n * Input.ImageStride;
            float mean = 0;
            for (int c = 0; c < Input.Shape.Length; c++)
            {
                mean += from[c] * probability[c];
            }

            for (int c = 0; c < Input.Shape.Length; c++)
            {
                to[c] = probability[c] * (from[c] - mean);
            }
        }
    }
}
