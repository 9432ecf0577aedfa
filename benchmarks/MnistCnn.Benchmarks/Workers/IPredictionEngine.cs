namespace MnistCnn.Benchmarks.Workers;

/// <summary>Something that classifies images, through the fastest interface that it offers.</summary>
internal interface IPredictionEngine : IDisposable
{
    /// <summary>Classifies the images that it was created with.</summary>
    /// <returns>The scores [images, classes]: probabilities, or logits where that is cheaper.</returns>
    ReadOnlySpan<float> Run();
}
