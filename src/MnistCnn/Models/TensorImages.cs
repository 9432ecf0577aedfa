using MnistCnn.Networks;

namespace MnistCnn.Models;

/// <summary>Images that lie one after another.</summary>
internal sealed unsafe class TensorImages(float* images, int length) : CnnImages
{
    /// <inheritdoc/>
    public override void Read(int first, int count, float* destination) =>
        new ReadOnlySpan<float>(images + ((nint)first * length), count * length).CopyTo(new Span<float>(destination, count * length));
}
