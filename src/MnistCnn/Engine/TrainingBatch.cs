namespace MnistCnn.Engine;

/// <summary>Writes some images of a batch, [count, height, width]. Called by several threads at once.</summary>
/// <param name="first">The first of them.</param>
/// <param name="count">How many.</param>
/// <param name="destination">Memory for them.</param>
internal unsafe delegate void ImageReader(int first, int count, float* destination);

/// <summary>A batch to learn from.</summary>
internal sealed unsafe class TrainingBatch
{
    public required ImageReader Images { get; init; }

    public required int Count { get; init; }

    /// <summary>One for each image; valid during the pass.</summary>
    public required long* Labels { get; init; }

    /// <summary>The share of each label that is spread over all classes, 0 to 1.</summary>
    public float Smoothing { get; init; }

    /// <summary>The factor of the loss of an image by its label, one for each class, valid during the pass; null where all are 1.</summary>
    public float* ClassWeights { get; init; }

    /// <summary>The factor of the loss of each image before the backward pass: 1 / images for the gradient of the mean.</summary>
    public required float Scale { get; init; }

    /// <summary>The seed from which dropout draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>The first layer of the plan whose parameters are trained: no gradient goes further back.</summary>
    public int FirstTrained { get; init; }
}

/// <summary>The sum of the losses of some images, and how many of them have their greatest output at their label.</summary>
internal readonly record struct LossAndHits(double Loss, int Hits);
