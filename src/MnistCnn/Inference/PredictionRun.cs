using MnistCnn.Networks;

namespace MnistCnn.Inference;

/// <summary>The memory of a call of the predictor, and its work. One caller at a time; nothing is allocated once each thread has run.</summary>
internal sealed unsafe class PredictionRun(PredictorNetwork network, int threads)
{
    private readonly CnnInference passes = new(network.Plan, threads);
    private readonly PixelImages pixels = new(network.Plan.Shape.Convolutions[0].InputLength);

    /// <summary>Computes [count, classes] probabilities.</summary>
    public void Predict(byte* images, int count, float* probabilities)
    {
        pixels.Start = images;
        if (count > 1)
        {
            passes.Run(network.Weights, pixels, count, probabilities, probabilities: true);
            return;
        }

        passes.RunOne(network.Weights, pixels, probabilities);
    }
}
