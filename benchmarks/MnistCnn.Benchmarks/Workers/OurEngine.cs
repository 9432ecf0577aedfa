namespace MnistCnn.Benchmarks.Workers;

internal sealed class OurEngine(string weights, byte[] images, int threads) : IPredictionEngine
{
    private readonly CnnPredictor predictor = CnnPredictor.Load(weights, new CnnPredictorOptions { Threads = threads });
    private readonly float[] probabilities = new float[images.Length / (28 * 28) * 10];

    public ReadOnlySpan<float> Run()
    {
        predictor.Predict(images, probabilities);
        return probabilities;
    }

    public void Dispose()
    {
    }
}
