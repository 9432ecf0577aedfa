using MnistCnn.Kernels;
using MnistCnn.Networks;

namespace MnistCnn.Inference;

/// <summary>The memory of a call of the predictor, and its work. One caller at a time; nothing is allocated once each thread has run.</summary>
internal sealed unsafe class PredictionRun(PredictorNetwork network, int threads)
{
    private readonly CnnInference passes = new(network.Plan, threads);
    private readonly PixelImages pixels = new(network.Plan.Shape.Convolutions[0].InputLength);
    private readonly SparseLinear sparse = SparseLinear.For(network.Plan.Simd);
    private readonly int[] used = new int[network.Plan.Linears.Max(l => l.Inputs) + 1];

    /// <summary>Computes [count, classes] probabilities.</summary>
    public void Predict(byte* images, int count, float* probabilities)
    {
        pixels.Start = images;
        if (count > 1)
        {
            passes.Run(network.Weights, pixels, count, probabilities, probabilities: true);
            return;
        }

        AlignedBuffer[] rows = passes.RunConvolutions(network.Weights, pixels);
        for (int l = 0; l < network.Plan.Linears.Length; l++)
        {
            int layer = network.Plan.Convolutions.Length + l;
            Linear linear = network.Plan.Linears[l];
            bool relu = l < network.Plan.Linears.Length - 1;
            fixed (int* indices = used)
            {
                sparse.Run(rows[l].Pointer, linear.Inputs, network.Weights.Weights(layer), network.Weights.Bias(layer), linear.Outputs, relu, indices, rows[l + 1].Pointer);
            }
        }

        SoftmaxCrossEntropy.Softmax(network.Plan.Shape.Classes, rows[^1].Pointer, probabilities);
    }
}
