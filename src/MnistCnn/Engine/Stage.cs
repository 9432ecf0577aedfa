namespace MnistCnn.Engine;

/// <summary>What an item of a stage does.</summary>
internal enum StageKind
{
    /// <summary>The forward pass of a slice through some layers; behind the last layer the loss.</summary>
    Forward,

    /// <summary>A part of the forward pass of one layer: see <see cref="Layer.SharedForward"/>.</summary>
    SharedForward,

    /// <summary>The backward pass of a slice through some layers.</summary>
    Backward,

    /// <summary>A slice, before the backward pass of one layer: see <see cref="Layer.BeginSharedBackward"/>.</summary>
    BeginSharedBackward,

    /// <summary>A part of the backward pass of one layer: see <see cref="Layer.SharedBackward"/>.</summary>
    SharedBackward,

    /// <summary>Gradients of some parameters: see <see cref="Layer.ComputeGradients"/>.</summary>
    Gradients,
}

/// <summary>A stage of the training pass: items that are independent of each other.</summary>
/// <param name="Kind">What an item does.</param>
/// <param name="First">The first layer.</param>
/// <param name="End">The layer behind the last.</param>
/// <param name="SharedItems">Items for the same images, of a kind that is not by slices.</param>
/// <param name="AwaitsBatch">Whether an item needs all of the stage before, since its first layer needs the batch.</param>
/// <param name="Begins">The layer whose <see cref="Layer.BeginForward"/> or <see cref="Layer.BeginBackward"/> follows the last; −1 for none.</param>
internal sealed record Stage(StageKind Kind, int First, int End, int SharedItems = 0, bool AwaitsBatch = false, int Begins = -1)
{
    /// <summary>Images that an item of <see cref="StageKind.SharedForward"/> takes at most.</summary>
    public const int PartLength = 64;

    public bool IsForward => Kind is StageKind.Forward or StageKind.SharedForward;

    /// <summary>How many items there are for a batch.</summary>
    public int Items(int images) => Kind switch
    {
        StageKind.Forward or StageKind.Backward or StageKind.BeginSharedBackward => (images + SliceLength(images) - 1) / SliceLength(images),
        StageKind.SharedForward => (images + PartLength - 1) / PartLength * SharedItems,
        _ => SharedItems,
    };

    /// <summary>The images that an item takes.</summary>
    public (int First, int Count) ImagesOf(int item, int images)
    {
        (int length, int index) = Kind switch
        {
            StageKind.Forward or StageKind.Backward or StageKind.BeginSharedBackward => (SliceLength(images), item),
            StageKind.SharedForward => (PartLength, item / SharedItems),
            _ => (images, 0),
        };
        return (index * length, Math.Min(length, images - index * length));
    }

    /// <summary>The items that take some images.</summary>
    public (int First, int Count) ItemsWith(int first, int count, int images)
    {
        (int length, int items) = Kind switch
        {
            StageKind.Forward or StageKind.Backward or StageKind.BeginSharedBackward => (SliceLength(images), 1),
            StageKind.SharedForward => (PartLength, SharedItems),
            _ => (images, SharedItems),
        };
        int begin = first / length, end = (first + count - 1) / length + 1;
        return (begin * items, (end - begin) * items);
    }

    /// <summary>
    /// Images of a slice. It depends on the batch alone, never on the threads: every sum then has one order, and one value. Half as many for small batches, so
    /// that two threads have something to do.
    /// </summary>
    public static int SliceLength(int images) => images >= 64 ? 32 : 16;

    /// <summary>Slices of the batches up to a size.</summary>
    public static int MostSlices(int images) => Math.Max((images + 31) / 32, (Math.Min(images, 63) + 15) / 16);
}
