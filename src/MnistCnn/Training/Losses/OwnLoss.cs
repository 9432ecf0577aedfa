using static TorchSharp.torch;

namespace MnistCnn.Training;

internal sealed class OwnLoss(string name, Func<Tensor, Tensor, Tensor> lossPerImage) : Loss
{
    public override string ToString() => name;

    internal override Tensor PerImage(Tensor logits, Tensor labels)
    {
        Tensor losses = lossPerImage(logits, labels);
        return losses is not null && losses.dim() == 1 && losses.shape[0] == labels.shape[0] && losses.is_floating_point()
            ? losses
            : throw new InvalidOperationException(
                $"Loss '{name}': expected a floating-point loss for each image, [{labels.shape[0]}], found "
                + $"{(losses is null ? "null" : $"{losses.dtype} [{string.Join(", ", losses.shape)}]")}.");
    }
}
