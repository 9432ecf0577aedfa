namespace MnistCnn.Tests.Docs;

public sealed class PredictingSnippets : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly SyntheticDigits digits = new(30);
    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });

    private string ModelPath => temporary["model.safetensors"];

    [Fact]
    public async Task One_image_many_and_a_stream()
    {
        model.Save(ModelPath);
        string path = ModelPath;
        IEnumerable<ReadOnlyMemory<byte>> images = Enumerable.Range(0, 3).Select(i => (ReadOnlyMemory<byte>)digits.GetImage(i).ToArray());
        // snippet: predict
        CnnPredictor predictor = CnnPredictor.Load(path);
        Prediction one = predictor.Predict(digits.GetImage(0)); // ClassIndex, ClassName, Probability, IsFamiliar
        IReadOnlyList<Prediction> all = predictor.PredictAll(digits); // a data set
        IEnumerable<Prediction> some = predictor.PredictAll(images); // IEnumerable<ReadOnlyMemory<byte>>, 512 at once
        // end
        Assert.Equal(one.ClassIndex, all[0].ClassIndex);
        Assert.Equal(all.Take(3).Select(p => p.ClassIndex), some.Select(p => p.ClassIndex));

        List<string> names = [];
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        IAsyncEnumerable<ReadOnlyMemory<byte>> camera = images.ToAsyncEnumerable();
        // snippet: camera
        await foreach (Prediction prediction in predictor.PredictAllAsync(camera, cancellationToken))
        {
            names.Add(prediction.ClassName);
        }
        // end
        Assert.Equal(all.Take(3).Select(p => p.ClassName), names);

        // snippet: module
        ClassPredictions predictions = new Trainer().Predict(model, digits);
        int first = predictions.Classes[0];
        float sure = predictions.ProbabilitiesOf(0)[first];
        // end
        Assert.Equal(one.ClassIndex, first);
        Assert.Equal(one.Probability, sure, 1e-5f);
    }

    [Fact]
    public void Streams_in_and_out()
    {
        model.Save(ModelPath);
        // snippet: streams
        using Stream resource = OpenModel(); // an embedded resource, a blob, a browser's answer
        CnnPredictor embedded = CnnPredictor.Load(resource);
        using MemoryStream target = new();
        model.Save(target);
        model.ExportOnnx(target);
        // end
        Assert.Equal(10, embedded.ClassNames.Count);
        Assert.True(target.Length > 2 * 1_200_000);
    }

    public void Dispose()
    {
        model.Dispose();
        temporary.Dispose();
    }

    private FileStream OpenModel() => File.OpenRead(ModelPath);
}
