using TorchSharp;

namespace MnistCnn.Batches;

/// <summary>Some images and their labels as tensors.</summary>
/// <remarks>
/// The receiver owns the batch and its tensors and disposes them together; they belong to no dispose scope, and no other batch ever shares their memory.
/// </remarks>
public sealed class MnistBatch : IDisposable
{
    internal MnistBatch(torch.Tensor images, torch.Tensor labels) => (Images, Labels) = (images, labels);

    /// <summary>
    /// The images: <c>[N, 1, H, W]</c>, float32, contiguous, 0 (background) to 1 (ink): the bytes divided by 255, if nothing transforms them.
    /// </summary>
    public torch.Tensor Images { get; }

    /// <summary>The labels: <c>[N]</c>, int64, 0 to the number of classes − 1.</summary>
    public torch.Tensor Labels { get; }

    /// <summary>Disposes both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
