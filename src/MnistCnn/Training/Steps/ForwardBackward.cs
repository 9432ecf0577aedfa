using static TorchSharp.torch;

namespace MnistCnn.Training;

/// <summary>Forward pass, loss and backward pass of any model over libtorch's operations.</summary>
internal static class ForwardBackward
{
    public static BatchFigures Run(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, Loss minimised, double share)
    {
        Tensor output = model.forward(images).to_type(ScalarType.Float32); // [N, classes]
        Tensor loss = minimised.Mean(output, labels);
        (share == 1 ? loss : loss * share).backward();
        int count = (int)labels.shape[0];
        return new BatchFigures(count, loss.detach() * count, output.argmax(1).eq(labels).sum());
    }
}
