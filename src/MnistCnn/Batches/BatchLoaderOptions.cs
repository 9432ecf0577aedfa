using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>How a <see cref="BatchLoader"/> makes batches.</summary>
public sealed record BatchLoaderOptions
{
    private readonly int batchSize = 128;
    private readonly int threads;
    private readonly IReadOnlyList<IImageTransform> transforms = [];

    /// <summary>Images in a batch; the last one of an epoch may be shorter.</summary>
    /// <value>At least 1. The default is 128.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int BatchSize
    {
        get => batchSize;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(BatchSize));
            batchSize = value;
        }
    }

    /// <summary>Whether every epoch has a random order of its own, given by <see cref="Seed"/> and the epoch.</summary>
    /// <value>The default is true. Without it images come in the order of the data set.</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// Whether each epoch has as many images of each class, however many the data set has: of a rare class each image comes several times, of a frequent one
    /// some do not come. As many images as the data set has, in a random order given by <see cref="Seed"/> and the epoch. An image that comes twice in an epoch
    /// is transformed alike.
    /// </summary>
    /// <value>The default is false. Needs <see cref="Shuffle"/>.</value>
    public bool Balanced { get; init; }

    /// <summary>The seed of the order and of the transforms. Equal seeds give equal batches on every machine.</summary>
    /// <value>Any number. The default is 0.</value>
    public int Seed { get; init; }

    /// <summary>Whether a last batch with fewer than <see cref="BatchSize"/> images is left out.</summary>
    /// <value>The default is false.</value>
    public bool DropLast { get; init; }

    /// <summary>Where the tensors of the batches live.</summary>
    /// <value>Null, the default, means the CPU.</value>
    public torch.Device? Device { get; init; }

    /// <summary>What happens to each image, in this order. The list is copied.</summary>
    /// <value>The default is empty.</value>
    /// <exception cref="ArgumentNullException">The list or one of its items is null.</exception>
    public IReadOnlyList<IImageTransform> Transforms
    {
        get => transforms;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Transforms));
            foreach (IImageTransform transform in value)
            {
                ArgumentNullException.ThrowIfNull(transform, nameof(Transforms));
            }

            transforms = Array.AsReadOnly(value.ToArray());
        }
    }

    /// <summary>Which part of each batch is made, and of how many: the images at positions Index, Index + Count, … of the batch.</summary>
    internal (int Index, int Count) Share { get; init; } = (0, 1);

    /// <summary>
    /// Threads that fill a batch or, where there are <see cref="Transforms"/>, a batch each, ahead of the caller. Batches do not depend on it.
    /// </summary>
    /// <value>0 or more. The default, 0, means one for each processor.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int Threads
    {
        get => threads;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Threads));
            threads = value;
        }
    }
}
