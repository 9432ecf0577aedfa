namespace MnistCnn.Tests.Docs;

public sealed class PerformanceSnippets
{
    [Fact]
    public void A_batch_is_predicted_without_an_allocation()
    {
        using TemporaryFolder temporary = new();
        string path = temporary["model.safetensors"];
        using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
        model.Save(path);
        SyntheticDigits digits = new(3, seed: 1);
        byte[] images = [.. digits.GetImage(0), .. digits.GetImage(1), .. digits.GetImage(2)];
        float[] probabilities = new float[30];

        // snippet: predictor
        CnnPredictor predictor = CnnPredictor.Load(path, new CnnPredictorOptions { Threads = 1 }); // one instance serves all threads
        predictor.Predict(images, probabilities); // N · 784 bytes in, N · 10 numbers out, nothing allocated
        // end
        Assert.All(probabilities.Chunk(10), row => Assert.Equal(1, row.Sum(), 1e-5f));
    }
}
