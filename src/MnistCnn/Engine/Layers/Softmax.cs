using MnistCnn.Kernels;

namespace MnistCnn.Engine;

/// <summary>Probabilities p of each row, or their logarithms. With g the gradient of the output, that of the input is p (g − Σ g p), or g − p Σ g.</summary>
internal sealed unsafe class Softmax(SimdKernels simd, MapLayout input, MapLayout output, bool isLogarithm) : Layer(simd, input, output)
{
    public override void Forward(in LayerWork work)
    {
        for (nint n = 0; n < work.Count; n++)
        {
            float* logits = work.Input + n * Input.ImageStride, result = work.Output + n * Output.ImageStride;
            if (isLogarithm)
            {
                SoftmaxCrossEntropy.LogSoftmax(Input.Shape.Length, logits, result);
            }
            else
            {
                SoftmaxCrossEntropy.Softmax(Input.Shape.Length, logits, result);
            }
        }
    }

    public override void Backward(in LayerWork work)
    {
        for (nint n = 0; n < work.Count && work.InputGradient is not null; n++)
        {
            float* result = work.Output + n * Output.ImageStride, from = work.OutputGradient + n * Output.ImageStride,
                to = work.InputGradient + n * Input.ImageStride;
            float mean = 0;
            for (int c = 0; c < Input.Shape.Length; c++)
            {
                mean += isLogarithm ? from[c] : from[c] * result[c];
            }

            for (int c = 0; c < Input.Shape.Length; c++)
            {
                to[c] = isLogarithm ? from[c] - MathF.Exp(result[c]) * mean : result[c] * (from[c] - mean);
            }
        }
    }
}
