namespace MnistCnn.Tests.Inference;

public sealed class PredictAllTests : IDisposable
{
    private static readonly SyntheticDigits Digits = new(600);

    private readonly CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
    private readonly CnnPredictor predictor;

    public PredictAllTests() => predictor = model.ToPredictor();

    [Fact]
    public async Task A_data_set_a_sequence_and_a_stream_give_what_each_image_gives_alone()
    {
        Prediction[] expected = [.. Enumerable.Range(0, 600).Select(i => predictor.Predict(Digits.GetImage(i)))];
        AssertAlike(expected, predictor.PredictAll(Digits));
        AssertAlike(expected, predictor.PredictAll(Images(600)));
        List<Prediction> streamed = [];
        await foreach (Prediction prediction in predictor.PredictAllAsync(Images(600).ToAsyncEnumerable(), TestContext.Current.CancellationToken))
        {
            streamed.Add(prediction);
        }

        AssertAlike(expected, streamed);
        Assert.Empty(predictor.PredictAll([]));
    }

    [Fact]
    public void A_sequence_is_read_no_further_than_needed()
    {
        int read = 0;
        IEnumerable<ReadOnlyMemory<byte>> endless = Enumerable.Range(0, int.MaxValue)
            .Select(i => (ReadOnlyMemory<byte>)Digits.GetImage(read++ % 600).ToArray());
        Assert.Equal(3, predictor.PredictAll(endless).Take(3).Count());
        Assert.Equal(512, read);
    }

    [Fact]
    public async Task Wrong_uses_are_refused()
    {
        ArgumentException size = Assert.Throws<ArgumentException>(() => predictor.PredictAll(MnistDataset.FromMemory(new byte[400], [1], 20, 20)));
        Assert.StartsWith("Expected images of 28×28 pixels, found a data set of 20×20.", size.Message, StringComparison.Ordinal);
        Assert.StartsWith("Expected 784 bytes, an image of 28×28 pixels, found 5.",
            Assert.Throws<ArgumentException>(() => predictor.PredictAll([new byte[784], new byte[5]]).Count()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => predictor.PredictAll((IMnistDataset)null!));
        Assert.Throws<ArgumentNullException>(() => predictor.PredictAll((IEnumerable<ReadOnlyMemory<byte>>)null!));
        Assert.Throws<ArgumentNullException>(() => predictor.PredictAllAsync(null!, TestContext.Current.CancellationToken));
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await predictor.PredictAllAsync(Forever(source.Token), source.Token).AnyAsync(source.Token));
    }

    public void Dispose() => model.Dispose();

    private static IEnumerable<ReadOnlyMemory<byte>> Images(int count) =>
        Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Digits.GetImage(i).ToArray());

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Forever(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new byte[784];
        }
    }

    private static void AssertAlike(IReadOnlyList<Prediction> expected, IEnumerable<Prediction> found)
    {
        Prediction[] all = [.. found];
        Assert.Equal(expected.Select(p => (p.ClassIndex, p.ClassName)), all.Select(p => (p.ClassIndex, p.ClassName)));
        Assert.All(expected.Zip(all), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5f));
    }
}
