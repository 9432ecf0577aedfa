namespace MnistCnn.Inference;

/// <summary>Predictions of many images: so many at once that the predictor's threads are busy, and no more than that in memory.</summary>
internal static class ManyPredictions
{
    private const int AtOnce = 512;

    public static Prediction[] Of(CnnPredictor predictor, IMnistDataset data)
    {
        if ((data.Height, data.Width) != (predictor.Height, predictor.Width))
        {
            throw new ArgumentException($"Expected images of {predictor.Height}×{predictor.Width} pixels, found a data set of {data.Height}×{data.Width}.",
                nameof(data));
        }

        Prediction[] predictions = new Prediction[data.Count];
        int pixels = data.Height * data.Width;
        byte[] images = new byte[Math.Min(AtOnce, data.Count) * pixels];
        for (int first = 0; first < predictions.Length; first += AtOnce)
        {
            int count = Math.Min(AtOnce, predictions.Length - first);
            for (int i = 0; i < count; i++)
            {
                data.GetImage(first + i).CopyTo(images.AsSpan(i * pixels, pixels));
            }

            Predict(predictor, images.AsSpan(0, count * pixels), predictions.AsSpan(first, count));
        }

        return predictions;
    }

    public static IEnumerable<Prediction> Of(CnnPredictor predictor, IEnumerable<ReadOnlyMemory<byte>> images)
    {
        int pixels = predictor.Height * predictor.Width;
        byte[] gathered = new byte[AtOnce * pixels];
        Prediction[] predictions = new Prediction[AtOnce];
        foreach (ReadOnlyMemory<byte>[] several in images.Chunk(AtOnce))
        {
            for (int i = 0; i < several.Length; i++)
            {
                Check(several[i], pixels, predictor);
                several[i].Span.CopyTo(gathered.AsSpan(i * pixels, pixels));
            }

            Predict(predictor, gathered.AsSpan(0, several.Length * pixels), predictions.AsSpan(0, several.Length));
            for (int i = 0; i < several.Length; i++)
            {
                yield return predictions[i];
            }
        }
    }

    public static async IAsyncEnumerable<Prediction> Of(CnnPredictor predictor, IAsyncEnumerable<ReadOnlyMemory<byte>> images,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ReadOnlyMemory<byte> image in images.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return predictor.Predict(image.Span);
        }
    }

    private static void Check(ReadOnlyMemory<byte> image, int pixels, CnnPredictor predictor)
    {
        if (image.Length != pixels)
        {
            throw new ArgumentException($"Expected {pixels} bytes, an image of {predictor.Height}×{predictor.Width} pixels, found {image.Length}.",
                nameof(image));
        }
    }

    private static void Predict(CnnPredictor predictor, ReadOnlySpan<byte> images, Span<Prediction> predictions)
    {
        int classes = predictor.ClassNames.Count;
        int pixels = predictor.Height * predictor.Width;
        float[] probabilities = new float[predictions.Length * classes], familiarity = new float[predictions.Length];
        predictor.Predict(images, probabilities, familiarity);
        for (int i = 0; i < predictions.Length; i++)
        {
            predictions[i] = predictor.MostProbable(images.Slice(i * pixels, pixels), probabilities.AsSpan(i * classes, classes), familiarity[i]);
        }
    }
}
